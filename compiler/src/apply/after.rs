//! What must be up again: what is planned, and was up before.

use super::preflight::Seen;
use crate::plan::document::Verify;

/// What is amiss of a switch that is done; nothing where all is well.
pub fn missing(verify: &Verify, before: &Seen, now: &Seen) -> Vec<String> {
    let mut missing = Vec::new();
    let up = |seen: &Seen, port: &str| {
        seen.state.ports.get(&port.into()).is_some_and(|port| port.oper.as_deref() == Some("up"))
    };
    let session = |seen: &Seen, peer: &str| seen.state.sessions.get(&peer.into()).is_some_and(|s| s == "up");
    missing.extend(
        verify.ports.iter().filter(|port| up(before, port) && !up(now, port)).map(|p| format!("{p} is down")),
    );
    missing.extend(
        verify
            .sessions
            .iter()
            .filter(|peer| session(before, peer) && !session(now, peer))
            .map(|peer| format!("no BGP session with {peer}")),
    );
    for (port, [neighbour, far]) in &verify.neighbours {
        let sees = |seen: &Seen| {
            seen.state.lldp.iter().any(|row| {
                let ids = [Some(&row.neighbour_port), row.neighbour_description.as_ref()];
                row.port == port.0 && row.neighbour == *neighbour && ids.contains(&Some(far))
            })
        };
        if sees(before) && !sees(now) {
            missing.push(format!("LLDP on {} does not see {neighbour} {far}", port.0));
        }
    }
    let unanswered = now.state.unanswered.iter().filter(|what| !before.state.unanswered.contains(what));
    missing.extend(unanswered.map(|what| format!("{what}: no answer")));
    let storms = now.beside.storms.difference(&before.beside.storms);
    missing.extend(storms.map(|queue| format!("a PFC storm in {queue}")));
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::preflight::Beside;
    use crate::deployed::state::{Neighbour, Port, State};
    use crate::plan::db::Db;

    #[test]
    fn what_was_up_must_be_up() {
        let mut state = State::default();
        for port in ["Ethernet0", "Ethernet8"] {
            state.ports.insert(port.into(), Port { oper: Some("up".into()), ..Port::default() });
        }
        state.sessions.insert("Ethernet0".into(), "up".into());
        state.sessions.insert("Ethernet8".into(), "down".into());
        state.lldp.push(Neighbour {
            port: "Ethernet0".into(),
            neighbour: "spine-01".into(),
            neighbour_port: "etp1".into(),
            neighbour_description: Some("Ethernet0".into()),
        });
        let before =
            Seen { db: Db::default(), saved: None, frr: String::new(), state, beside: Beside::default() };
        let verify = Verify {
            ports: ["Ethernet0", "Ethernet16"].map(str::to_owned).into(),
            sessions: ["Ethernet0", "Ethernet8"].map(str::to_owned).into(),
            neighbours: [("Ethernet0".into(), ["spine-01", "Ethernet0"].map(str::to_owned))].into(),
        };
        assert!(missing(&verify, &before, &before).is_empty());
        let mut now = before.clone();
        now.state = State::default();
        now.beside.storms.insert("Ethernet0:3".into());
        assert_eq!(
            missing(&verify, &before, &now),
            [
                "Ethernet0 is down",
                "no BGP session with Ethernet0",
                "LLDP on Ethernet0 does not see spine-01 Ethernet0",
                "a PFC storm in Ethernet0:3"
            ]
        );
        assert_eq!(Seen::read(&before.to_json()).unwrap(), before);
    }
}
