//! What must be up: what is planned and was up before, and what comes by the plan once both its ends have changed.

use super::preflight::Seen;
use crate::deployed::canonical::Name;
use crate::plan::document::Verify;

fn is_up(seen: &Seen, port: &str) -> bool {
    seen.state.ports.get(&port.into()).is_some_and(|port| port.oper.as_deref() == Some("up"))
}

fn has_session(seen: &Seen, peer: &str) -> bool {
    seen.state.sessions.get(&peer.into()).is_some_and(|state| state == "up")
}

fn sees(seen: &Seen, port: &Name, [neighbour, far]: &[String; 2]) -> bool {
    seen.state.lldp.iter().any(|row| {
        let ids = [Some(&row.neighbour_port), row.neighbour_description.as_ref()];
        row.port == port.0 && row.neighbour == *neighbour && ids.contains(&Some(far))
    })
}

impl Verify {
    /// The part of it that is so, or isn't, by ports, sessions and neighbours.
    fn part(
        &self,
        ports: impl Fn(&String) -> bool,
        sessions: impl Fn(&String) -> bool,
        neighbours: impl Fn(&Name, &[String; 2]) -> bool,
    ) -> Verify {
        let neighbours = self.neighbours.iter().filter(|(port, far)| neighbours(port, far));
        Verify {
            ports: self.ports.iter().filter(|port| ports(port)).cloned().collect(),
            sessions: self.sessions.iter().filter(|peer| sessions(peer)).cloned().collect(),
            neighbours: neighbours.map(|(port, far)| (port.clone(), far.clone())).collect(),
            peers: self.peers.clone(),
        }
    }

    /// Whether nothing is looked at.
    pub fn is_empty(&self) -> bool {
        self.ports.is_empty() && self.sessions.is_empty() && self.neighbours.is_empty()
    }

    /// What comes by the plan: ports that were not to be up and sessions that were not configured before, to switches that are
    /// `done`.
    pub fn fresh(&self, before: &Seen, done: &dyn Fn(&str) -> bool) -> Verify {
        let off = |port: &str| {
            before.state.ports.get(&port.into()).is_none_or(|port| port.admin.as_deref() == Some("down"))
        };
        let far =
            |port: &String| self.neighbours.get(&port.as_str().into()).is_some_and(|[far, _]| done(far));
        let new = |peer: &String| !before.state.sessions.contains_key(&peer.as_str().into());
        let peer = |peer: &String| self.peers.get(&peer.as_str().into()).is_some_and(|far| done(far));
        self.part(
            |port| off(port) && far(port),
            |p| new(p) && peer(p),
            |port, [far, _]| off(&port.0) && done(far),
        )
    }

    /// What of it is not so.
    pub fn amiss(&self, now: &Seen) -> Vec<String> {
        let left = self.part(|p| !is_up(now, p), |p| !has_session(now, p), |port, far| !sees(now, port, far));
        let ports = left.ports.iter().map(|port| format!("{port} is down"));
        let sessions = left.sessions.iter().map(|peer| format!("no BGP session with {peer}"));
        let neighbours = left
            .neighbours
            .iter()
            .map(|(port, [neighbour, far])| format!("LLDP on {} does not see {neighbour} {far}", port.0));
        ports.chain(sessions).chain(neighbours).collect()
    }
}

/// What is amiss of a switch that is done; nothing where all is well.
pub fn missing(verify: &Verify, before: &Seen, now: &Seen) -> Vec<String> {
    let was =
        verify.part(|p| is_up(before, p), |p| has_session(before, p), |port, far| sees(before, port, far));
    let mut missing = was.amiss(now);
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
            peers: [("Ethernet0".into(), "spine-01".to_owned())].into(),
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
        // What comes by the plan is asked for once its other end is done: Ethernet0 was there, Ethernet16 is of no such switch.
        assert!(verify.fresh(&before, &|_| true).is_empty());
        let empty = Seen { state: State::default(), ..before.clone() };
        assert!(verify.fresh(&empty, &|far| far == "spine-02").is_empty());
        let fresh = verify.fresh(&empty, &|far| far == "spine-01");
        assert_eq!((fresh.ports.len(), fresh.sessions.len(), fresh.neighbours.len()), (1, 1, 1));
        assert_eq!(fresh.amiss(&empty).len(), 3);
        assert!(fresh.amiss(&before).is_empty());
        let mut off = before.clone();
        off.state.ports.insert("Ethernet0".into(), Port { admin: Some("down".into()), ..Port::default() });
        assert_eq!(*verify.fresh(&off, &|_| true).ports, ["Ethernet0"]);
    }
}
