//! `telemetry`: gNMI, watermarks, and what the chip streams.

use super::guess::most;
use super::model::Model;
use super::read::{Reading, text};

/// What `high-frequency` calls its profile.
const PROFILE: &str = "fabc";

/// Reads it from the first switch that has it.
pub(super) fn telemetry(readings: &[Reading], model: &mut Model) {
    model.telemetry.gnmi =
        readings.iter().find_map(|r| gnmi(r, "GNMI", "gnmi").or_else(|| gnmi(r, "TELEMETRY", "telemetry")));
    let groups = ["BUFFER_POOL_WATERMARK", "PG_WATERMARK", "QUEUE_WATERMARK"];
    let interval = |r: &Reading| -> Option<u64> {
        let of = groups
            .map(|group| text(r.db.row("FLEX_COUNTER_TABLE", group)?, "POLL_INTERVAL")?.parse::<u64>().ok());
        let [Some(first), second, third] = of else { return None };
        (second == Some(first) && third == Some(first) && first >= 100).then_some(first)
    };
    model.telemetry.watermarks = most(readings.iter().filter_map(interval));
    model.telemetry.frequent = readings.iter().find_map(|r| {
        let row = r.db.row("HIGH_FREQUENCY_TELEMETRY_PROFILE", PROFILE)?;
        let word = |word, field| Some((word, text(row, field)?.to_owned()));
        let words = [word("collector", "otel_endpoint"), word("certificates", "otel_certs")];
        Some((text(row, "poll_interval")?.parse().ok()?, words.into_iter().flatten().collect()))
    });
}

fn gnmi(reading: &Reading, table: &str, container: &str) -> Option<(String, Vec<(&'static str, String)>)> {
    let row = reading.db.row(table, "gnmi")?;
    let mut line = format!(" port={}", text(row, "port")?.parse::<u16>().ok()?);
    if text(row, "client_auth") == Some("false") {
        line.push_str(" client-auth=#false");
    }
    if let Some(level) = text(row, "log_level").and_then(|level| level.parse::<u8>().ok()) {
        line.push_str(&format!(" log-level={level}"));
    }
    if let Some(way) = text(row, "user_auth").filter(|way| ["password", "jwt", "cert", "none"].contains(way))
    {
        line.push_str(&format!(" user-auth=\"{way}\""));
    }
    if container != "gnmi" {
        line.push_str(&format!(" container=\"{container}\""));
    }
    let certs = reading.db.row(table, "certs");
    let file = |word, field| Some((word, text(certs?, field)?.to_owned()));
    let files = [file("server", "server_crt"), file("key", "server_key"), file("ca", "ca_crt")];
    let whole = files[0].is_some() && files[1].is_some();
    Some((line, files.into_iter().flatten().filter(|_| whole).collect()))
}
