use super::super::cost;
use super::*;

const DB: &str = r#"{
    "DEVICE_METADATA": {"localhost": {"hwsku": "Dell-Z9864f-O64", "type": "ToRRouter"}},
    "PORT": {"Ethernet0": {"admin_status": "up", "lanes": "1,2", "speed": "400000", "mtu": "9100"},
             "Ethernet8": {"admin_status": "up", "lanes": "3,4", "speed": "400000", "mtu": "9100"}},
    "BUFFER_POOL": {"ingress_lossless_pool": {"size": "1", "type": "ingress", "mode": "dynamic"}},
    "BUFFER_PROFILE": {"far": {"pool": "ingress_lossless_pool", "size": "1", "xoff": "10"},
                       "lossy": {"pool": "ingress_lossless_pool", "size": "0"}},
    "BUFFER_PG": {"Ethernet0|3": {"profile": "far"}, "Ethernet8|3": {"profile": "far"}},
    "PFC_WD": {"GLOBAL": {"POLL_INTERVAL": "200"}, "Ethernet0": {"action": "drop"}},
    "VLAN": {"Vlan1": {}}
}"#;

fn of(release: &str, from: &str, to: &str) -> SwitchPlan {
    assert!(DB.contains(from), "{from}");
    let release =
        Release::find(if release == "4.x" { Nos::EnterpriseSonic } else { Nos::Sonic }, release).unwrap();
    let given = Given {
        release,
        observed: DB,
        observed_frr: Some("hostname a\n"),
        config_db: &DB.replace(r#""VLAN": {"Vlan1": {}}"#, r#""LLDP": {}"#).replace(from, to),
        frr: "hostname a\n",
        models: None,
        apply_patch: None,
    };
    plan(&given, &cost::model(release), &|_| true).unwrap()
}

#[test]
fn switches_that_go_through_the_same_share_their_stages() {
    let release = Release::find(Nos::Sonic, "202505").unwrap();
    let config_db = DB.replace(r#""VLAN": {"Vlan1": {}}"#, r#""LLDP": {}"#).replace("9100", "9216");
    let mut before = Before::default();
    let mut stages = |observed: &str, model: &Model| {
        let given = Given {
            release,
            observed,
            observed_frr: None,
            config_db: &config_db,
            frr: "",
            models: None,
            apply_patch: None,
        };
        plan_with(&mut before, &given, model, &|_| true).unwrap().stages
    };
    let model = cost::model(release);
    let first = stages(DB, &model);
    assert!(first.len() == 1 && Arc::ptr_eq(&first, &stages(DB, &model)));
    // Rows that the change is not about may differ, others may not; nor may the times.
    assert!(Arc::ptr_eq(&first, &stages(&DB.replace("Vlan1", "Vlan2"), &model)));
    assert!(!Arc::ptr_eq(&first, &stages(&DB.replacen("9100", "9000", 1), &model)));
    let slow = Model { patch: 2 * model.patch, ..model };
    let slower = stages(DB, &slow);
    assert!(slower[0].ms > first[0].ms, "{} {}", slower[0].ms, first[0].ms);
}

#[test]
fn nothing_is_done_where_nothing_differs() {
    let plan = of("202605", "9100", "9100");
    assert!(plan.is_empty() && plan.ms == 0 && !plan.interrupts, "{plan:?}");
    // What isn't fabc's stays.
    assert!(plan.wanted.row("VLAN", "Vlan1").is_some());
}

#[test]
fn the_way_is_a_reload_where_gcu_refuses() {
    let plan = of("202605", r#""size": "1", "type""#, r#""size": "2", "type""#);
    assert_eq!(
        (plan.way, plan.reasons.as_slice()),
        (Way::Reload, &["BUFFER_POOL: no box may change a pool by patch".to_owned()][..])
    );
    assert!(plan.interrupts && plan.cuts.len() == 2 && plan.ms >= 60_000);
    assert_eq!(of("202505", "\"xoff\": \"10\"", "\"xoff\": \"11\"").way, Way::Reload);
    let plan = of("202605", "\"xoff\": \"10\"", "\"xoff\": \"11\"");
    assert_eq!((plan.way, plan.stages.len()), (Way::Patch, 4), "{:?}", plan.reasons);
    assert_eq!(of("202605", "ToRRouter", "LeafRouter").way, Way::Reload);
    let plan = of("4.x", "9100", "9216");
    assert!(plan.way == Way::Reload && plan.reasons[0].contains("Enterprise"), "{plan:?}");
}

#[test]
fn what_a_command_does_without_a_reload_is_told() {
    let drop = r#"{"action": "drop"}"#;
    let forward = r#"{"action": "forward"}"#;
    let told = |release: &str, from: &str, to: &str| {
        let plan = of(release, from, to);
        assert_eq!(plan.way, Way::Reload);
        plan.reasons.last().unwrap().clone()
    };
    let text = told("202505", drop, forward);
    assert!(text.starts_with("by hand without a reload") && text.contains("`pfcwd start"), "{text}");
    assert!(!told("202511", drop, forward).contains("by hand"));
    // One operation without a command, and none is told.
    let both = told(
        "202505",
        &format!(r#""200"}}, "Ethernet0": {drop}"#),
        &format!(r#""100"}}, "Ethernet0": {forward}"#),
    );
    assert!(both.contains("pfcwd interval") && both.contains("pfcwd start"), "{both}");
    assert!(!told("202505", "\"xoff\": \"10\"", "\"xoff\": \"11\"").contains("by hand"));
}

#[test]
fn a_live_change_interrupts_nothing() {
    let plan = of("202605", "\"mtu\": \"9100\"", "\"mtu\": \"9216\"");
    assert_eq!((plan.way, plan.interrupts, plan.stages.len()), (Way::Patch, false, 1), "{plan:?}");
    assert!(plan.stages[0].no_way_back.is_none());
    assert_eq!(plan.stages[0].patch.len(), 2);
}

#[test]
fn the_faster_way_is_taken_for_queues() {
    let one = of("202605", r#""Ethernet8|3": {"profile": "far"}"#, r#""Ethernet8|3-4": {"profile": "far"}"#);
    assert!(one.interrupts && one.cuts.contains("Ethernet8") && !one.cuts.contains("Ethernet0"), "{one:?}");
    let titles: Vec<&str> = one.stages.iter().map(|stage| stage.title.as_str()).collect();
    assert_eq!(titles, ["unbind", "bind"]);
}

#[test]
fn tables_without_models_are_reloaded() {
    let mut given_models = vec!["PORT".to_owned()];
    let release = Release::find(Nos::Sonic, "202605").unwrap();
    let new = DB.replace("\"xoff\": \"10\"", "\"xoff\": \"10\", \"extra\": \"1\"").replace("9100", "9216");
    let plan_with = |models: &[String]| {
        let given = Given {
            release,
            observed: DB,
            observed_frr: None,
            config_db: &new,
            frr: "",
            models: Some(models),
            apply_patch: Some(true),
        };
        plan(&given, &cost::model(release), &|_| true).unwrap()
    };
    let plan = plan_with(&given_models);
    assert!(plan.way == Way::Reload && plan.reasons.iter().any(|r| r.contains("no YANG model")), "{plan:?}");
    given_models.push("BUFFER_PROFILE".to_owned());
    let plan = plan_with(&given_models);
    assert!(plan.frr.is_none() && plan.way == Way::Patch, "{:?}", plan.reasons);
}

#[test]
fn enterprise_is_patched_where_the_box_shows_that_it_can_be() {
    let release = Release::find(Nos::EnterpriseSonic, "4.x").unwrap();
    let base = DB.replace(r#""VLAN": {"Vlan1": {}}"#, r#""SWITCH": {"switch": {"roce_enable": "true"}}"#);
    let broken =
        base.replacen("\"PORT\"", r#""BREAKOUT_CFG": {"Ethernet0": {"brkout_mode": "2x400G"}}, "PORT""#, 1);
    let of = |old: &str, new: &str, apply_patch: Option<bool>| {
        let models: Vec<String> = ["PORT", "BREAKOUT_CFG"].map(str::to_owned).to_vec();
        let given = Given {
            release,
            observed: old,
            observed_frr: None,
            config_db: new,
            frr: "",
            models: Some(&models),
            apply_patch,
        };
        plan(&given, &cost::model(release), &|_| true).unwrap()
    };
    let longer = base.replace("9100", "9216");
    let plan = of(&base, &longer, Some(true));
    assert_eq!((plan.way, plan.reasons.as_slice()), (Way::Patch, &[PATCHED.to_owned()][..]));
    assert!(plan.stages.iter().flat_map(|stage| &stage.effects).all(|c| c.effect.likely), "{plan:?}");
    assert_eq!(of(&base, &longer, Some(false)).reasons, [RELOADED]);
    assert_eq!(
        of(&base, &longer.replace("\"xoff\": \"10\"", "\"xoff\": \"11\""), Some(true)).way,
        Way::Reload
    );
    // A break-out is frozen until the box boots, where something is lossless.
    let plan = of(&base, &broken, Some(true));
    assert_eq!(plan.way, Way::Reload);
    assert!(plan.reasons[0].contains("likely") && plan.reasons[0].contains("boot the switch"), "{plan:?}");
    assert!(plan.stages[0].effects.iter().any(|c| c.effect.level == Level::Reboot), "{plan:?}");
    let lossy = |text: &str| text.replace("roce_enable", "other");
    assert_eq!(of(&lossy(&base), &lossy(&broken), Some(true)).way, Way::Patch);
}
