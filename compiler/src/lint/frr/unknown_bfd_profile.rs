use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Kind};

lint! {
    /// A session names a BFD profile that the file doesn't define. FRR takes the line, and the session runs with its own
    /// defaults: 300 ms, 3 packets. Not said of a file of one daemon alone, as bgpd.conf: profiles are in bfdd's.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 bfd profile FAST
    /// ```
    /// ```frr good
    /// bfd
    ///  profile FAST
    ///   transmit-interval 100
    ///   receive-interval 100
    ///  exit
    /// exit
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 bfd profile FAST
    /// ```
    Error "frr/unknown-bfd-profile" "a BFD profile that is not there" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    // bfdd has them in a file of its own.
    if ctx.given.alone {
        return;
    }
    let so = |_: &super::view::Use<'_>| "FRR takes the line, and runs the session at its own 300 ms times 3";
    super::missing::tell(ctx, &RULE, &[Kind::BfdProfile], so, findings);
}
