//! What is done to fabrics on their second day: a catalogue of edits, and the ConfigDB of a few switches before and after.

use std::collections::BTreeMap;
use std::path::Path;

use fabc::host::MemoryHost;
use fabc::pipeline;
use fabc_targets::{Bundle, File};

/// An edit: its name, what must stand in the text and what stands there afterwards. An empty first part adds to the end.
pub type Change = (&'static str, &'static str, &'static str);

/// The catalogue. An edit that doesn't fit a fabric, or that its checks refuse there, is left out there.
pub const CHANGES: &[Change] = &[
    ("mtu", "nos \"sonic\"", "mtu 9000\n    nos \"sonic\""),
    ("timezone", "nos \"sonic\"", "timezone \"Europe/Berlin\"\n    nos \"sonic\""),
    (
        "foreign table",
        "nos \"sonic\"",
        "config-db \"SYSLOG_CONFIG\" \"GLOBAL\" severity=\"warn\"\n    nos \"sonic\"",
    ),
    ("ecn min", "min=\"1MiB\"", "min=\"2MiB\""),
    ("ecn max", "max=\"4MiB\"", "max=\"6MiB\""),
    ("ecn probability", "probability=10", "probability=20"),
    ("weight", "weight=70", "weight=60"),
    (
        "no ecn",
        "    ecn min=\"1MiB\" max=\"4MiB\" probability=10 scale-from=\"400G\"\n",
        "    congestion-control \"none\"\n",
    ),
    (
        "new lossless class",
        "class \"cnp\"",
        "class \"storage\" dscp=24 priority=4 lossless=#true { schedule weight=10; ecn min=\"1MiB\" max=\"4MiB\"; }\nclass \"cnp\"",
    ),
    (
        "new lossy class",
        "class \"cnp\"",
        "class \"video\" dscp=18 priority=2 { schedule weight=5; }\nclass \"cnp\"",
    ),
    ("class without pause", " lossless=#true", ""),
    ("dscp", "dscp=26 priority=3", "dscp=24 priority=3"),
    ("two dscps", "dscp=26 priority=3 lossless=#true {", "priority=3 lossless=#true {\n    dscp 24 26"),
    ("priority", "dscp=26 priority=3", "dscp=26 priority=4"),
    ("strict class gone", "{ schedule strict=#true; }", "{ schedule weight=5; }"),
    ("longer cable", "length \"30m\"", "length \"45m\""),
    ("shorter cable", "length \"3m\"", "length \"2m\""),
    ("cable of a listed length", "length \"30m\"", "length \"40m\""),
    ("far cable", "length \"30m\"", "length \"300m\""),
    ("cable of one cage", "", "switch \"leaf-02\" { cable 40 length=\"55m\"; }"),
    ("watchdog restore", "restore=\"400ms\"", "restore=\"600ms\""),
    ("watchdog action", "detect=\"200ms\"", "action=\"forward\" detect=\"200ms\""),
    ("no watchdog", "watchdog detect=\"200ms\" restore=\"400ms\"\n", "\n"),
    ("bfd", "    loopbacks", "    bfd interval=\"500ms\" multiplier=4\n    loopbacks"),
    ("asn", "asn leaf=42", "asn leaf=41"),
    ("loopbacks", "loopbacks \"10.255.", "loopbacks \"10.254."),
    ("numbered links", "    loopbacks", "    numbered \"10.200.0.0/16\"\n    loopbacks"),
    ("servers' addresses", "host-subnets \"10.64.0.0/12\"", "host-subnets \"10.80.0.0/12\""),
    (
        "management",
        "",
        "management { subnet \"10.250.0.0/22\" gateway=\"10.250.0.1\"; ntp \"10.250.3.1\" \"10.250.3.2\"; }",
    ),
    ("ntp", "", "management { subnet \"10.250.0.0/22\" gateway=\"10.250.0.1\"; ntp \"10.250.3.1\"; }"),
    ("syslog", "", "management { subnet \"10.250.0.0/22\" gateway=\"10.250.0.1\"; syslog \"10.250.3.9\"; }"),
    ("dns", "", "management { subnet \"10.250.0.0/22\" gateway=\"10.250.0.1\"; dns \"10.250.3.7\"; }"),
    (
        "snmp",
        "",
        "management { subnet \"10.250.0.0/22\" gateway=\"10.250.0.1\"; snmp { contact \"noc\"; location \"hall 3\"; }; }",
    ),
    ("port down", "", "switch \"leaf-01\" { port 1 { admin \"down\"; }; }"),
    ("note on a port", "", "switch \"leaf-01\" { port 2 { note \"ticket 4711\"; }; }"),
    ("drained", "", "switch \"spine-01\" { maintenance; }"),
    ("mac", "", "switch \"leaf-01\" { mac \"02:42:ac:11:00:07\"; }"),
    ("break-out of the servers' cages", "nic count=8 speed=\"400G\"", "nic count=8 speed=\"200G\""),
    ("server removed", "nic count=8 speed=\"400G\"", "absent 3\n    nic count=8 speed=\"400G\""),
    ("servers have more ports", "nic count=8 speed=\"400G\"", "nic count=8 ports=2 speed=\"200G\""),
    (
        "switch removed",
        "tier \"spine\" count=4 switch=\"dell-z9864f\"\n",
        "tier \"spine\" count=4 switch=\"dell-z9864f\" { absent 4; }\n",
    ),
    ("fewer uplinks", "per-pair=2", "per-pair=1"),
    ("moved cables", "link \"leaf\" \"spine\"", "link \"leaf\" \"spine\" order=-1"),
    ("reserved cages", "{ length \"3m\"; }", "{ length \"4m\"; }"),
    ("wcmp", "", "load-balancing { wcmp; }"),
    ("watermarks", "", "telemetry { watermarks interval=\"2s\"; }"),
    ("gnmi", "", "telemetry { gnmi port=50051 client-auth=#false; }"),
    ("margin", "", "buffers { margin \"10%\"; }"),
    ("headroom pool", "", "buffers { headroom oversubscription=6.5; }"),
    ("headroom of the next row", "", "buffers { headroom round-up=#true; }"),
    ("measured headroom", "", "buffers { measured speed=\"400G\" length=\"3m\" xoff=\"160KiB\"; }"),
    ("hash", "", "load-balancing { hash qpn=#false; }"),
];

/// The text with an edit made; none where it doesn't fit.
pub fn edited(text: &str, (_, from, to): &Change) -> Option<String> {
    match *from {
        "" => Some(format!("{text}\n{to}\n")),
        from => text.contains(from).then(|| text.replace(from, to)),
    }
}

/// A fabric without what it expects of itself: a catalogue of changes breaks that by the way.
pub fn plain(text: &str) -> String {
    let nodes = super::built::nodes(text);
    let expect = nodes.iter().filter(|n| n.name.v == "expect");
    let mut out = text.to_owned();
    let places: Vec<_> = expect.map(|n| n.at.start as usize..n.at.end as usize).collect();
    places.into_iter().rev().for_each(|place| out.replace_range(place, ""));
    out
}

/// The two files of a switch.
pub type Pair = (String, String);

/// The files of the first and the last switch of each tier; none where checks refuse the fabric.
pub fn some_switches(text: &str) -> Option<BTreeMap<String, Pair>> {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = pipeline::analyze(Path::new("fabric.kdl"), &host, &pipeline::Options::default());
    let fabric = analysis.fabric.filter(|_| !analysis.findings.has_errors())?;
    let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).ok()?;
    let mut found = BTreeMap::new();
    for tier in 0..fabric.tiers.len() {
        let of: Vec<usize> = (0..fabric.switches.len())
            .filter(|s| fabric.switches[*s].tier == tier && !fabric.switches[*s].absent)
            .collect();
        for &switch in of.first().into_iter().chain(of.last()) {
            let (mut db, mut frr) = (Vec::new(), Vec::new());
            for i in bundle.files_of(switch) {
                match bundle.file(i) {
                    Some(File::ConfigDb(_)) => bundle.render(i, &mut db),
                    Some(File::FrrConf(_)) => bundle.render(i, &mut frr),
                    _ => {}
                }
            }
            let text = |bytes| String::from_utf8(bytes).unwrap();
            found.insert(fabric.switches[switch].name.clone(), (text(db), text(frr)));
        }
    }
    Some(found)
}
