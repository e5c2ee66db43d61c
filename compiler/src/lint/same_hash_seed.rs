use fabc_lang::diagnostic::Findings;

use crate::hash_seed::SEEDS;
use crate::lint::view::{Alike, Ctx};

lint! {
    /// SONiC seeds the hash of ECMP by the type of a switch, when it starts: ToRRouter 0, LeafRouter 10, SpineRouter 25. Two
    /// switches of the same type, one behind the other, choose alike: what the first one sent to this way all takes one way
    /// here, and the other links stay empty.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_NEIGHBOR_METADATA": {
    ///         "spine-01": { "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_NEIGHBOR_METADATA": {
    ///         "spine-01": { "type": "SpineRouter" }
    ///     }
    /// }
    /// ```
    Warning "lint/same-hash-seed" "a neighbour that hashes alike" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(own) = ctx.metadata().and_then(|row| row.text("type")).filter(|_| !ctx.enterprise) else {
        return;
    };
    let Some((seed, _)) = SEEDS.iter().find(|(part, _)| own.v.contains(part)) else { return };
    let mut alike = Alike::default();
    for row in ctx.db.rows("DEVICE_NEIGHBOR_METADATA") {
        let Some(kind) = row.text("type").filter(|kind| kind.v.contains(seed)) else { continue };
        alike.push("", &row.key.v, || {
            let message =
                format!("`{}` is a {}, as this switch is: both hash with the same seed", row.key.v, kind.v);
            let found = RULE.at(kind.at, message).label(own.at, "this switch");
            found.help("another `type` for one of the two tiers")
        });
    }
    alike.tell(findings);
}
