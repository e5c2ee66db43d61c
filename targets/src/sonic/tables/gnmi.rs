//! GNMI: the server that collectors ask, in its own container.

use fabc_lang::intent::Gnmi;
use fabc_lang::source::Spanned;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::community(
    "GNMI",
    Owner::Fields,
    "Where `telemetry` has `gnmi`: port, authentication and certificates of the gnmi container.",
)
.alike();

const SAID: Origin = Origin::rule("as `telemetry` says");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    server(device, "gnmi", sink);
}

/// Rows of the server, where this container serves it. GNMI and TELEMETRY have the same fields.
pub(super) fn server(device: &Device<'_>, container: &str, sink: &mut impl Sink) {
    let telemetry = device.fabric.intent.telemetry.as_ref();
    let Some(gnmi) = telemetry.and_then(|t| t.gnmi.as_ref()).filter(|g| g.container.v == container) else { return };
    let said = |at| SAID.at(gnmi.at).and(at);
    if let Some(files) = &gnmi.certificates {
        sink.row("certs", SAID.at(files.server.at));
        let mut file = |name, path: &Spanned<String>| sink.field(name, &path.v, said(path.at));
        if let Some(ca) = &files.ca {
            file("ca_crt", ca);
        }
        file("server_crt", &files.server);
        file("server_key", &files.key);
    }
    sink.row("gnmi", SAID.at(gnmi.at));
    sink.field("client_auth", if gnmi.client_auth.v { "true" } else { "false" }, said(gnmi.client_auth.at));
    if let Some(level) = gnmi.log_level {
        sink.number("log_level", level.v, said(level.at));
    }
    sink.number("port", gnmi.port.v, said(gnmi.port.at));
    if let Some(way) = user_auth(gnmi, device) {
        sink.field("user_auth", &way.v, said(way.at));
    }
}

/// How users prove who they are, where the release has a field for it.
fn user_auth<'a>(gnmi: &'a Gnmi, device: &Device<'_>) -> Option<&'a Spanned<String>> {
    gnmi.user_auth.as_ref().filter(|way| device.release.gnmi_user_auth.contains(&way.v.as_str()))
}
