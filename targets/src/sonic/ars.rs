//! Adaptive routing and switching: how Enterprise SONiC calls dynamic load balancing.
//!
//! Its tables and their defaults are those of Dell's Ansible collection and of the bindings. What is asked for is mostly
//! the default (flowlets, by the quality of their links), so hardly a field is set; the words that ConfigDB has for other
//! modes aren't known. A route is balanced only if a route map gives it the object: see `cli`.

use fabc_lang::intent::{Adaptive, Nos};

use super::sink::Origin;
use crate::device::Device;

/// Name of profile, port profile and object.
pub(super) const NAME: &str = "FABRIC";

const ADAPTIVE: Origin = Origin::rule("`adaptive`: flows move to the less loaded of equal paths");

/// What is asked of the switch; none where its system doesn't have it.
pub(super) fn asked<'a>(device: &Device<'a>) -> Option<&'a Adaptive> {
    let adaptive = device.fabric.intent.load_balancing.as_ref()?.adaptive.as_ref();
    adaptive.filter(|_| device.release.nos == Nos::EnterpriseSonic)
}

/// Where its rows come from.
pub(super) fn origin(device: &Device<'_>) -> Option<Origin> {
    asked(device).map(|adaptive| ADAPTIVE.at(adaptive.at))
}
