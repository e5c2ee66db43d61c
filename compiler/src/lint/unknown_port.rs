use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::source::Span;

use crate::lint::view::{Alike, Ctx, Guesses};

lint! {
    /// A row for a port that PORT doesn't have. In BUFFER_PG and BUFFER_QUEUE it is dropped or waits without end; in
    /// DEVICE_NEIGHBOR and CABLE_LENGTH it is taken and means nothing, and the port that was meant has none.
    ///
    /// ```json bad
    /// {
    ///     "QUEUE": {
    ///         "Ethernet1|3": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    Error "lint/unknown-port" "a row for a port that is not there" Nothing => run
}

/// Tables whose keys begin with a port.
const TABLES: &[&str] = &[
    "BUFFER_PG",
    "BUFFER_QUEUE",
    "QUEUE",
    "PORT_QOS_MAP",
    "PFC_WD",
    "DEVICE_NEIGHBOR",
    "INTERFACE",
    "BUFFER_PORT_INGRESS_PROFILE_LIST",
    "BUFFER_PORT_EGRESS_PROFILE_LIST",
];

/// Keys that are no ports: of the switch itself.
const OTHERS: &[&str] = &["global", "GLOBAL", "CPU"];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.ports.is_empty() {
        return; // a part of a file, to be loaded over another
    }
    let (mut alike, mut guesses) = (Alike::default(), Guesses::new());
    for &name in TABLES {
        for row in ctx.db.rows(name) {
            let key = &*row.key.v;
            let ports = match name {
                "BUFFER_PG" | "BUFFER_QUEUE" | "QUEUE" => key.rsplit_once('|').map_or(key, |(port, _)| port),
                _ => key.split('|').next().unwrap_or(key),
            };
            if ports.contains('|') {
                continue; // of a chassis: host, chip, port
            }
            for port in ports.split(',').filter(|port| !is_known(ctx, port)) {
                alike.push(format!("{name} {port}"), key, || at(ctx, row.key.at, name, port, &mut guesses));
            }
        }
    }
    for row in ctx.db.rows("CABLE_LENGTH") {
        for (port, _) in row.fields.iter().filter(|(port, _)| !is_known(ctx, &port.v)) {
            alike.push(format!("CABLE_LENGTH {}", port.v), &row.key.v, || {
                at(ctx, port.at, "CABLE_LENGTH", &port.v, &mut guesses)
            });
        }
    }
    alike.tell(findings);
}

fn is_known(ctx: &Ctx<'_>, port: &str) -> bool {
    ctx.port(port).is_some() || OTHERS.contains(&port)
}

fn at(ctx: &Ctx<'_>, at: Span, table: &str, port: &str, guesses: &mut Guesses) -> Diagnostic {
    let mut found = RULE.at(at, format!("{table} has a row for `{port}`, and PORT has no such port"));
    if ["CABLE_LENGTH", "DEVICE_NEIGHBOR"].contains(&table) {
        found.severity = Severity::Warning;
    }
    let near = guesses.near(port, ctx.ports.iter().map(|p| p.name));
    found.help(near.map_or_else(|| "remove it".to_owned(), |near| format!("`{near}`, or remove it")))
}
