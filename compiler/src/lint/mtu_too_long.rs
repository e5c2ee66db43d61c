use fabc_lang::diagnostic::Findings;
use fabc_lang::units::{FRAME_AROUND, grouped};

use crate::lint::view::{Alike, Ctx};

lint! {
    /// PORT's `mtu` counts neither Ethernet header (14 bytes), nor VLAN tag (4), nor check sum (4): the frame is 22 bytes
    /// longer, and the chip drops what is longer than it holds. The example is of Enterprise SONiC: the community's model ends at 9216.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "mtu": "9400", "speed": "800000" }
    ///     },
    ///     "SWITCH": { "switch": { "switching_mode": "CUT_THROUGH" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "mtu": "9394", "speed": "800000" }
    ///     },
    ///     "SWITCH": { "switch": { "switching_mode": "CUT_THROUGH" } }
    /// }
    /// ```
    Error "lint/mtu-too-long" "frames that the chip drops" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(most) = ctx.model.and_then(|model| model.max_frame()) else { return };
    let longest = u64::from(most.v);
    let model = super::wrong_form::most(ctx, "PORT", "mtu").unwrap_or(u64::MAX);
    let mut alike = Alike::default();
    for port in &ctx.ports {
        let Some((mtu, at)) = port.row.number("mtu") else { continue };
        let frame = mtu.saturating_add(u64::from(FRAME_AROUND));
        if frame <= longest {
            continue;
        }
        alike.push(mtu.to_string(), port.name, || {
            let message = format!(
                "frames of {} are {} bytes long with their header; the chip takes {}",
                port.name,
                grouped(frame),
                grouped(longest)
            );
            let found = RULE.at(at, message).label(most.at, format!("{} bytes", grouped(longest)));
            found.help(format!(
                "\"mtu\": \"{}\" at the most",
                longest.saturating_sub(u64::from(FRAME_AROUND)).min(model)
            ))
        });
    }
    alike.tell(findings);
}
