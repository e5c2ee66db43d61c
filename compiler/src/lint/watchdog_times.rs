use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Time;

use crate::checks::{DETECT, RESTORE};
use crate::lint::view::{Alike, Ctx};

lint! {
    /// orchagent takes detection times of 100 ms to 5 s and restoration times of 100 ms to 60 s, and looks at the queues every
    /// POLL_INTERVAL: neither time may be shorter than that.
    ///
    /// ```json bad
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "200", "restoration_time": "400" },
    ///         "GLOBAL": { "POLL_INTERVAL": "300" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "200", "restoration_time": "400" },
    ///         "GLOBAL": { "POLL_INTERVAL": "200" }
    ///     }
    /// }
    /// ```
    Error "lint/watchdog-times" "watchdog times that SONiC refuses" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let poll = ctx.db.row("PFC_WD", "GLOBAL").and_then(|row| row.number("POLL_INTERVAL"));
    let ms = |n: u64| Time(n.saturating_mul(1000));
    let mut alike = Alike::default();
    for row in ctx.db.rows("PFC_WD").iter().filter(|row| row.key.v != "GLOBAL") {
        for (field, range) in [("detection_time", DETECT), ("restoration_time", RESTORE)] {
            let Some((time, at)) = row.number(field) else { continue };
            if !range.contains(&time) {
                alike.push(format!("{field} {time}"), &row.key.v, || {
                    let (low, high) = (ms(*range.start()), ms(*range.end()));
                    let message =
                        format!("`{field}` of {} is {}; SONiC takes {low} to {high}", row.key.v, ms(time));
                    let near = time.clamp(*range.start(), *range.end());
                    RULE.at(at, message).help(format!("\"{field}\": \"{near}\""))
                });
            } else if let Some((poll, poll_at)) = poll.filter(|(poll, _)| *poll > time) {
                alike.push(format!("{field} {time} poll"), &row.key.v, || {
                    let message = format!(
                        "`{field}` of {} is {}, and queues are looked at every {}",
                        row.key.v,
                        ms(time),
                        ms(poll)
                    );
                    let found = RULE.at(at, message).label(poll_at, "POLL_INTERVAL");
                    found.help(format!("\"POLL_INTERVAL\": \"{time}\" at the most"))
                });
            }
        }
    }
    alike.tell(findings);
}
