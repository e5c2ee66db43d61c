use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// Up to 202012 one row could be for several ports, `Ethernet0,Ethernet4|3`. orchagent still takes it, SONiC's YANG
    /// does not, so that the file can't be loaded from 202405 on; one port of the list that is missing drops the row for
    /// all of them.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "fec": "rs" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000", "fec": "rs" }
    ///     },
    ///     "QUEUE": {
    ///         "Ethernet0,Ethernet8|3": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "fec": "rs" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000", "fec": "rs" }
    ///     },
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "scheduler.3" },
    ///         "Ethernet8|3": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    Warning "lint/port-list" "one row for several ports" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for slots in [&ctx.groups, &ctx.buffer_queues, &ctx.queues] {
        for slot in slots.all.iter().filter(|slot| slot.port.contains(',')) {
            let ports = slot.ports().count();
            let message = format!("one row of {} is for {ports} ports", slots.table);
            findings.push(RULE.at(slot.row.key.at, message).help("a row for each port"));
        }
    }
}
