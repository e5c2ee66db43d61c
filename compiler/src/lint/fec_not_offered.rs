use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// The FEC that a port may have depends on its lanes and speed. Signals with four levels (50G a lane and more) don't work
    /// without `rs`, and a port of which no FEC is said has what the driver takes: one end may take another than the other.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "none", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" }
    ///     }
    /// }
    /// ```
    Warning "lint/fec-not-offered" "a FEC that ports of this speed can't have" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.model else { return };
    let mut alike = Alike::default();
    for port in &ctx.ports {
        let (Some(cage), Some((lanes, _)), Some((speed, _))) = (port.cage, &port.lanes, port.speed) else {
            continue;
        };
        let Some(choice) = model.fec(cage, u16::try_from(lanes.len()).unwrap_or(0), speed) else { continue };
        // What SONiC calls it: the platforms' further words are of the driver.
        let words: Vec<&str> = choice
            .v
            .words
            .iter()
            .map(String::as_str)
            .filter(|w| ["none", "rs", "fc", "auto"].contains(w))
            .collect();
        let fec = port.row.text("fec");
        let word = fec.map_or("", |fec| &fec.v);
        if words.is_empty() || words.contains(&word) || word == "auto" {
            continue;
        }
        let Some(wanted) =
            choice.v.default.as_deref().filter(|w| words.contains(w)).or(words.first().copied())
        else {
            continue;
        };
        if fec.is_none() && wanted == "none" {
            continue;
        }
        alike.push(format!("{word} {} {}", lanes.len(), speed.0), port.name, || {
            let said = if fec.is_some() { format!("has `fec` {word}") } else { "has no `fec`".to_owned() };
            let message = format!(
                "{} {said}; {speed} on {} lanes takes {}",
                port.name,
                lanes.len(),
                words.join(" or ")
            );
            let found = RULE.at(port.row.place("fec"), message).label(choice.at, "by the box");
            found.help(format!("\"fec\": \"{wanted}\""))
        });
    }
    alike.tell(findings);
}
