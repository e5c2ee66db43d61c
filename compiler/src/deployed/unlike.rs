//! Whether a box is the one that files are written for.

use fabc_lang::platform::switch::Sonic;
use fabc_targets::sonic::Release;

use super::state::State;

/// What DEVICE_METADATA says that a box is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// `x86_64-dell_z9864f-r0`
    pub platform: Option<String>,
    /// `Dell-Z9864F-O64`
    pub hwsku: Option<String>,
}

/// Why files for a release and a box aren't for this one, in words. What the box itself says counts before its ConfigDB. A box
/// may have several hwsku, so that one tells of another box only where nothing names the platform.
pub fn unlike(
    release: &'static Release,
    sonic: Option<&Sonic>,
    state: Option<&State>,
    metadata: &Metadata,
) -> Vec<String> {
    let mut found = Vec::new();
    let runs = state.and_then(|state| state.release.as_deref());
    if let Some(runs) = runs.filter(|runs| Release::find(release.nos, runs) != Some(release)) {
        found.push(format!("it runs {runs}, and the files are written for {}", release.name));
    }
    let Some(sonic) = sonic else { return found };
    let said = |own: fn(&State) -> Option<&String>, other: &Option<String>| {
        let text = state.and_then(own).or(other.as_ref()).cloned();
        text.filter(|text| !text.is_empty())
    };
    let platform = said(|state| state.platform.as_ref(), &metadata.platform);
    let hwsku = said(|state| state.hwsku.as_ref(), &metadata.hwsku);
    let other = |is: &String, wanted: &str| !wanted.is_empty() && is != wanted;
    if let Some(is) = &platform {
        let wanted = &sonic.platform;
        let is = Some(is).filter(|is| other(is, wanted));
        found.extend(is.map(|is| format!("it is a {is}, and the files are written for {wanted}")));
    } else {
        let wanted = &sonic.hwsku;
        let is = hwsku.filter(|is| !is.eq_ignore_ascii_case(wanted));
        let told = |is| {
            format!("its hwsku is {is}, the files are written for {wanted}, and nothing names its platform")
        };
        found.extend(is.map(told));
    }
    found
}

#[cfg(test)]
mod tests {
    use fabc_lang::intent::Nos;

    use super::*;

    #[test]
    fn another_release_or_box_is_said() {
        let release = Release::find(Nos::Sonic, "202605").unwrap();
        let sonic = Sonic { platform: "p".into(), hwsku: "Sku-A".into(), default_role: None };
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let of = |[runs, platform, hwsku]: [&str; 3], metadata: [&str; 2]| {
            let state = State {
                release: text(runs),
                platform: text(platform),
                hwsku: text(hwsku),
                ..State::default()
            };
            let metadata = Metadata { platform: text(metadata[0]), hwsku: text(metadata[1]) };
            unlike(release, Some(&sonic), Some(&state), &metadata).join("; ")
        };
        assert_eq!(of(["", "", ""], ["", ""]), "");
        assert_eq!(of(["202605", "p", "Sku-A"], ["p", "Sku-A"]), "");
        assert_eq!(of(["202505", "p", ""], ["", ""]), "it runs 202505, and the files are written for 202605");
        assert_eq!(of(["", "q", "Sku-A"], ["p", ""]), "it is a q, and the files are written for p");
        assert_eq!(of(["", "", ""], ["q", ""]), "it is a q, and the files are written for p");
        // The box knows better than its ConfigDB, and may be called otherwise.
        assert_eq!(of(["", "p", "Sku-B"], ["q", "Sku-C"]), "");
        assert_eq!(of(["", "", ""], ["", "SKU-a"]), "");
        assert!(of(["", "", ""], ["", "Sku-B"]).starts_with("its hwsku is Sku-B"));
    }
}
