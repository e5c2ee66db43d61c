//! What a box is, and what only one switch has: platform, MAC address, drained or not, lengths of cables.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::Catalog;
use fabc_lang::source::Sources;

use super::guess::{Who, most};
use super::model::{Model, OwnPlatform};
use super::read::{Reading, text};

/// Switches that a switch says are its neighbours, and their hwsku.
pub(super) fn neighbours(reading: &Reading) -> impl Iterator<Item = (&str, &str)> {
    let rows = reading.rows("DEVICE_NEIGHBOR_METADATA").iter();
    rows.filter(|row| text(row, "type").is_some_and(|kind| kind.ends_with("Router")))
        .map(|row| (row.key.as_str(), text(row, "hwsku").unwrap_or_default()))
}

/// The platform of each tier, by what most of its switches say.
pub(super) fn platforms(readings: &[Reading], model: &mut Model, who: &Who, notes: &mut Vec<String>) {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let mut catalog = Catalog::new(&[], &mut findings);
    for at in 0..model.tiers.len() {
        let mine = || readings.iter().filter(|r| who.switches.get(&r.name).is_some_and(|s| s.node == at));
        let said = most(mine().map(|r| {
            let word = |field| r.metadata(field).unwrap_or_default().to_owned();
            let of_state = |of: &Option<String>| of.clone().unwrap_or_default();
            let (platform, hwsku) = (word("platform"), word("hwsku"));
            match &r.state {
                Some(s) if platform.is_empty() => {
                    (of_state(&s.platform), if hwsku.is_empty() { of_state(&s.hwsku) } else { hwsku })
                }
                _ => (platform, hwsku),
            }
        }));
        // Of switches that were not read, their neighbours tell.
        let told = || {
            let of = readings.iter().flat_map(neighbours);
            most(
                of.filter(|(name, _)| who.switches.get(*name).is_some_and(|s| s.node == at))
                    .map(|(_, hwsku)| hwsku),
            )
        };
        let (platform, hwsku) =
            said.unwrap_or_else(|| (String::new(), told().unwrap_or_default().to_owned()));
        let mut find = |word: &str| {
            let word = Some(word).filter(|word| !word.is_empty())?;
            catalog.by_sonic_name(word, &mut sources, &mut findings)
        };
        let exact = find(&hwsku);
        let like = exact.clone().or_else(|| find(&platform));
        let tier = &mut model.tiers[at];
        if let Some(known) = exact {
            tier.platform.clone_from(&known.name);
            continue;
        }
        let like = like.map(|known| known.name.clone());
        if like.is_none() {
            notes.push(format!(
                "`{}`: no switch of the catalogue has the hwsku `{hwsku}` or the platform `{platform}`: say with `like=` which one it is like, or describe it",
                tier.name
            ));
        }
        let usable = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let name: String = hwsku.to_lowercase().chars().filter(|c| usable(*c)).collect();
        let name = if name.is_empty() { format!("{}-switch", tier.name) } else { name };
        let name = if fabc_lang::platform::built_in().any(|known| known == name) {
            format!("own-{name}")
        } else {
            name
        };
        tier.platform.clone_from(&name);
        let own = OwnPlatform { name, like, platform, hwsku };
        if !model.platforms.contains(&own) {
            model.platforms.push(own);
        }
    }
}

/// Whether the ports are called as Enterprise SONiC calls them: `Eth1/1`.
pub(super) fn is_enterprise(readings: &[Reading]) -> bool {
    let aliases = readings.iter().flat_map(|r| r.rows("PORT")).filter_map(|row| text(row, "alias"));
    most(aliases.map(|alias| alias.starts_with("Eth1/"))).unwrap_or(false)
}

/// What one switch says of itself.
pub(super) fn own(readings: &[Reading], model: &mut Model) {
    let mtu =
        |r: &Reading| most(r.rows("PORT").iter().filter_map(|row| text(row, "mtu")?.parse::<u32>().ok()));
    model.mtu = most(readings.iter().filter_map(mtu)).filter(|mtu| *mtu != 9100);
    model.naming = match most(readings.iter().map(|r| r.metadata("intf_naming_mode"))).flatten() {
        Some("standard") => Some("standard"),
        Some("standard-ext") => Some("standard-extended"),
        _ => None,
    };
    let cut = |r: &Reading| {
        r.db.row("SWITCH", "switch").and_then(|row| text(row, "switching_mode")) == Some("CUT_THROUGH")
    };
    model.cut_through = most(readings.iter().map(cut)).unwrap_or(false);
    let zones = || readings.iter().map(|r| r.metadata("timezone").map(str::to_owned));
    model.timezone = most(zones()).flatten();
    for reading in readings {
        let switch = model.switch(&reading.name);
        switch.mac = reading.metadata("mac").map(str::to_lowercase);
        switch.maintenance = reading.lines().any(|line| line.starts_with("set community graceful-shutdown"));
        for (port, read) in &reading.ports {
            let shut = (read.shut && read.end.is_some() && !read.absent).then_some(false);
            if shut.is_some() || read.note.is_some() {
                switch.ports.insert(port.clone(), (shut, read.note.clone()));
            }
        }
    }
}

/// Lengths of cables in mm, by port: as the port's lossless profile is called, or as CABLE_LENGTH says.
pub(super) fn lengths(reading: &Reading) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for list in reading.rows("CABLE_LENGTH") {
        for (port, value) in &list.fields {
            let fabc_targets::sonic::Value::Text(value) = value else { continue };
            if let Some(mm) = metres(value.trim_end_matches('m')).filter(|mm| *mm > 0) {
                found.insert(port.clone(), mm);
            }
        }
    }
    for row in reading.rows("BUFFER_PG") {
        let Some(name) = text(row, "profile") else { continue };
        let name = name.trim_start_matches('[').trim_end_matches(']').trim_start_matches("BUFFER_PROFILE|");
        let Some((port, _)) = row.key.split_once('|') else { continue };
        if let Some((_, mm, _)) = profile(name) {
            found.insert(port.to_owned(), mm);
        }
    }
    found
}

/// Speed in Mb/s, length in mm and xoff of `pg_lossless_400000_3m_390144_profile`.
pub(super) fn profile(name: &str) -> Option<(u32, u32, Option<u64>)> {
    let parts: Vec<&str> = name.strip_prefix("pg_lossless_")?.strip_suffix("_profile")?.split('_').collect();
    let (speed, length) = (parts.first()?.parse().ok()?, metres(parts.get(1)?.strip_suffix('m')?)?);
    Some((speed, length, parts.get(2).and_then(|xoff| xoff.parse().ok())))
}

/// `7.5` as 7500.
fn metres(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<3}");
    if part.len() != 3 {
        return None;
    }
    whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(part.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_tell_lengths() {
        assert_eq!(profile("pg_lossless_400000_3m_390144_profile"), Some((400_000, 3000, Some(390_144))));
        assert_eq!(profile("pg_lossless_800000_7.5m_profile"), Some((800_000, 7500, None)));
        assert_eq!(profile("ingress_lossy_profile"), None);
    }
}
