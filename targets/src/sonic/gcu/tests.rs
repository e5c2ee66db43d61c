use fabc_lang::intent::Nos;

use super::*;

const DELL: &str = "Dell-Z9864f-O64";
const NOKIA: &str = "Nokia-IXR7220-H5-64D";

fn op<'a>(verb: Verb, path: &'a str, names: &'a [&'a str]) -> Operation<'a> {
    let mut parts = path.splitn(3, '/');
    Operation { verb, table: parts.next().unwrap(), key: parts.next(), field: parts.next(), names }
}

fn taken(release: &str, hwsku: &str, verb: Verb, path: &str, names: &[&str]) -> bool {
    let release = Release::find(Nos::Sonic, release).unwrap();
    Gcu::new(release, hwsku).refuses(&op(verb, path, names)).is_none()
}

#[test]
fn every_release_is_known() {
    for release in Release::all() {
        assert_eq!(Gcu::new(release, DELL).is_known(), release.nos == Nos::Sonic, "{}", release.name);
    }
    assert!(!Gcu::new(Release::find(Nos::Sonic, "202305").unwrap(), NOKIA).is_listed());
    assert!(Gcu::new(Release::find(Nos::Sonic, "202411").unwrap(), "arista-7060x6-64pe-c224o8").is_listed());
}

#[test]
fn profiles_come_and_go_from_202511_on() {
    let names = ["pool", "size", "xoff", "dynamic_th"];
    for (release, hwsku, wanted) in
        [("202405", DELL, false), ("202505", NOKIA, false), ("202511", DELL, true), ("202605", DELL, true)]
    {
        let path = "BUFFER_PROFILE/pg_lossless_400000_40m_profile";
        assert_eq!(taken(release, hwsku, Verb::Add, path, &names), wanted, "{release}");
        assert_eq!(taken(release, hwsku, Verb::Remove, path, &[]), wanted, "{release}");
    }
    let field = |release, hwsku, name: &str| {
        taken(
            release,
            hwsku,
            Verb::Replace,
            &format!("BUFFER_PROFILE/pg_lossless_400000_40m_profile/{name}"),
            &[],
        )
    };
    assert!(field("202405", NOKIA, "dynamic_th") && field("202605", NOKIA, "xoff"));
    assert!(!field("202605", DELL, "xoff") && !field("202605", NOKIA, "size"));
    // Before 202511 a profile without a digit in its name fits no entry.
    assert!(!taken("202505", NOKIA, Verb::Replace, "BUFFER_PROFILE/egress_lossless_profile/dynamic_th", &[]));
    assert!(taken("202511", NOKIA, Verb::Replace, "BUFFER_PROFILE/egress_lossless_profile/dynamic_th", &[]));
}

#[test]
fn the_watchdog_goes_and_does_not_come_back() {
    let row = ["action", "detection_time", "restoration_time"];
    assert!(taken("202505", NOKIA, Verb::Add, "PFC_WD/Ethernet8", &row));
    assert!(taken("202505", NOKIA, Verb::Remove, "PFC_WD", &[]));
    assert!(!taken("202505", NOKIA, Verb::Add, "PFC_WD", &["Ethernet8"]));
    assert!(!taken("202505", NOKIA, Verb::Add, "PFC_WD/GLOBAL", &["POLL_INTERVAL"]));
    assert!(taken("202505", NOKIA, Verb::Replace, "PFC_WD/GLOBAL/POLL_INTERVAL", &[]));
    assert!(!taken("202505", NOKIA, Verb::Remove, "PFC_WD/GLOBAL", &[]));
    assert!(!taken("202605", DELL, Verb::Replace, "PFC_WD/Ethernet8/action", &[]));
    assert!(!taken("202505", NOKIA, Verb::Add, "PFC_WD/Ethernet8/pfc_stat_history", &[]));
    assert!(taken("202511", NOKIA, Verb::Add, "PFC_WD/Ethernet8/pfc_stat_history", &[]));
}

#[test]
fn pools_and_ecn() {
    let pool = "BUFFER_POOL/ingress_lossless_pool/size";
    assert!(taken("202405", NOKIA, Verb::Replace, pool, &[]));
    assert!(
        !taken("202405", DELL, Verb::Replace, pool, &[]) && !taken("202511", NOKIA, Verb::Replace, pool, &[])
    );
    let ecn = "WRED_PROFILE/ECN_3/green_min_threshold";
    assert!(
        !taken("202405", NOKIA, Verb::Replace, ecn, &[]) && taken("202505", NOKIA, Verb::Replace, ecn, &[])
    );
    assert!(taken("202405", NOKIA, Verb::Replace, "WRED_PROFILE/AZURE_LOSSLESS/green_min_threshold", &[]));
    assert!(
        !taken("202505", DELL, Verb::Replace, ecn, &[]) && taken("202511", DELL, Verb::Replace, ecn, &[])
    );
    assert!(!taken("202605", DELL, Verb::Remove, "LOOPBACK_INTERFACE/Loopback0", &[]));
    assert!(taken("202305", DELL, Verb::Replace, "BUFFER_PG/Ethernet0|3-4/profile", &[]));
}
