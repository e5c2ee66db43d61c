//! The machine underneath: network namespaces, wires, FRR's daemons. Whatever is made here is removed when [`Machine`]
//! goes, and what a killed run has left when the next one begins.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use rustix::process::{Pid, Signal, kill_process};

use super::limits;
use super::plan::Plan;
use super::vty::Vty;

/// What goes wrong, in words for the user.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// Where FRR's daemons are; Debian's and FRR's own packages agree.
const DAEMONS: &str = "usr/lib/frr";
/// Folders that each FRR has for itself.
const FOLDERS: [&str; 4] = ["run", "tmp", "etc", "log"];

/// Where runs keep what they need: nobody but root writes there, and it is short (a socket's path has 107 bytes at most).
const STATE: &str = "/run";

/// In its own mount and UTS namespace: the daemons' folders, the host name (frr.conf's `hostname` doesn't reach bgpd), the
/// daemons, and frr.conf as the bgp container of SONiC loads it in one go.
const BOOT: &str = r#"
# /var/run is a link to /run, an absolute one.
for d in run:run/frr tmp:var/tmp/frr etc:etc/frr log:var/log/frr; do
    mkdir -p "$ROOT/${d#*:}" && mount --bind "$1/${d%%:*}" "$ROOT/${d#*:}" || exit 90
done
hostname "$2"
run=""
if [ -n "$ROOT" ]; then mount -t proc proc "$ROOT/proc" || exit 90; run="chroot $ROOT"; fi
for d in $DAEMONS; do
    more=""
    if [ "$d" = zebra ]; then more="-M dplane_fpm_nl"; fi
    $run /usr/lib/frr/$d -d -P 0 -A 127.0.0.1 $more >>"$1/boot" 2>&1 || { echo "$d does not start" >>"$1/boot"; exit 91; }
done
# mgmtd of FRR 10 may still hold its datastore for a daemon that has just come up; lines that are loaded twice are the same.
for try in 1 2 3 4; do
    $run vtysh -b >"$1/said" 2>&1
    grep -q "datastore locked" "$1/said" || break
    sleep 1
done
"#;

/// What every switch's kernel is to do; and that a port that is down carries nothing.
const SYSCTLS: [(&str, &str); 16] = [
    ("ipv4/ip_forward", "1"),
    ("ipv6/conf/all/forwarding", "1"),
    ("ipv6/conf/default/forwarding", "1"),
    ("ipv4/conf/all/rp_filter", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
    ("ipv4/fib_multipath_hash_policy", "1"),
    ("ipv6/fib_multipath_hash_policy", "1"),
    ("ipv4/conf/all/ignore_routes_with_linkdown", "1"),
    ("ipv4/conf/default/ignore_routes_with_linkdown", "1"),
    ("ipv6/conf/all/ignore_routes_with_linkdown", "1"),
    ("ipv6/conf/default/ignore_routes_with_linkdown", "1"),
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv6/conf/default/accept_ra", "0"),
    ("ipv6/conf/all/keep_addr_on_down", "1"),
    ("ipv4/icmp_ratelimit", "0"),
    ("ipv6/icmp/ratelimit", "0"),
];

/// What FRR is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frr {
    /// Where its files are: empty, or a folder that holds another one.
    root: PathBuf,
    /// `8.4.4`
    pub(crate) version: String,
    daemons: Vec<&'static str>,
    user: (u32, u32),
}

impl Frr {
    /// Looks for FRR and for all else that is needed. An error says what to install.
    pub(crate) fn find(root: Option<&Path>) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Err("network namespaces need root: run it with sudo".to_owned());
        }
        for (program, package) in [("ip", "iproute2"), ("nsenter", "util-linux"), ("unshare", "util-linux")] {
            if run(program, &["--version"]).is_err() && run(program, &["-V"]).is_err() {
                return Err(format!("`{program}` is not here: apt-get install {package}"));
            }
        }
        let root = root.map(|r| r.canonicalize().map_err(|e| format!("{}: {e}", r.display())));
        let root = root.transpose()?.unwrap_or_default();
        let under = |path: &str| {
            if root.as_os_str().is_empty() { Path::new("/").join(path) } else { root.join(path) }
        };
        let known = ["mgmtd", "zebra", "staticd", "bgpd", "bfdd"];
        let daemons: Vec<_> = known.into_iter().filter(|d| under(DAEMONS).join(d).is_file()).collect();
        if !daemons.contains(&"bgpd") || !daemons.contains(&"zebra") {
            return Err("FRR is not here: apt-get install frr".to_owned());
        }
        let said = match root.as_os_str().is_empty() {
            true => run("/usr/lib/frr/bgpd", &["--version"])?,
            false => run("chroot", &[&root.to_string_lossy(), "/usr/lib/frr/bgpd", "--version"])?,
        };
        let version = said.lines().next().and_then(|l| l.split_whitespace().last()).unwrap_or("unknown");
        let version = version.split(['-', '~']).next().unwrap_or(version).to_owned();
        let users = fs::read_to_string(under("etc/passwd")).map_err(|e| format!("/etc/passwd: {e}"))?;
        let user = users.lines().find_map(|line| {
            let mut fields = line.strip_prefix("frr:")?.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        });
        let user = user.ok_or("there is no user `frr`: apt-get install frr")?;
        Ok(Frr { root, version, daemons, user })
    }

    /// The most paths of one route that this build takes. SONiC builds its own for more (`--enable-multipath`); the
    /// packages of Debian and of FRR itself take 256.
    pub(crate) fn paths(&self) -> u32 {
        256
    }
}

/// All that was made; it goes when this goes.
#[derive(Debug)]
pub(crate) struct Machine {
    frr: Frr,
    /// Where the nodes' folders are.
    state: PathBuf,
    tag: String,
    spaces: usize,
    stop: Arc<AtomicBool>,
}

/// How a switch's boot went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Boot {
    /// What vtysh and the daemons said that isn't a matter of course.
    pub(crate) said: Vec<String>,
    /// Whether the daemons run.
    pub(crate) up: bool,
}

impl Machine {
    /// Makes namespaces and wires.
    pub(crate) fn build(frr: Frr, plan: &Plan, stop: Arc<AtomicBool>) -> Result<Self> {
        sweep();
        let tag = format!("fabc{}", std::process::id());
        let state = Path::new(STATE).join(format!("{tag}-lab"));
        fs::create_dir(&state).map_err(|e| format!("{}: {e}", state.display()))?;
        let mut machine = Machine { frr, state, tag, spaces: 0, stop };
        machine.room(4 * plan.wires.len())?;
        for at in 0..plan.nodes.len() {
            machine.check()?;
            run("ip", &["netns", "add", &machine.space(at)])?;
            machine.spaces = at + 1;
        }
        let spaces: Vec<String> = (0..plan.nodes.len()).map(|at| machine.space(at)).collect();
        plan.nodes.par_iter().zip(&spaces).try_for_each(|(node, space)| prepare(node, space))?;
        let mut wires = String::new();
        for wire in &plan.wires {
            let (a, b) = (&spaces[wire.a], &spaces[wire.b]);
            wires += &format!(
                "link add name {} mtu 9100 netns {a} type veth peer name {} mtu 9100 netns {b}\n",
                wire.a_port, wire.b_port
            );
        }
        feed("ip", &["-batch", "-"], &wires)?;
        plan.nodes.par_iter().enumerate().zip(&spaces).try_for_each(|((at, node), space)| {
            let ports = plan.wires.iter().flat_map(|w| [(w.a, &w.a_port), (w.b, &w.b_port)]);
            let ports: Vec<&String> = ports.filter(|(of, _)| *of == at).map(|(_, port)| port).collect();
            bring_up(node, space, &ports)
        })?;
        Ok(machine)
    }

    /// Starts FRR on every switch, each with its frr.conf.
    pub(crate) fn boot(&self, plan: &Plan) -> Result<Vec<Boot>> {
        let switches: Vec<_> = plan.nodes.iter().enumerate().filter(|(_, n)| n.conf.is_some()).collect();
        let boot = |&(at, node): &(usize, &super::plan::Node)| {
            self.check()?;
            self.start(at, &node.name, node.conf.as_deref().unwrap_or_default())
        };
        switches.par_iter().map(boot).collect()
    }

    fn start(&self, at: usize, name: &str, conf: &str) -> Result<Boot> {
        let folder = self.folder(at);
        let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
        let (uid, gid) = (Some(self.frr.user.0), Some(self.frr.user.1));
        for short in FOLDERS {
            let path = folder.join(short);
            fs::create_dir_all(&path).map_err(failed)?;
            chown(&path, uid, gid).map_err(failed)?;
        }
        // zebra of FRR 8 keeps a stale group in the kernel when a link flaps; SONiC's own zebra.conf has the line up to
        // 202505.
        let overlay = "no zebra nexthop kernel enable\n";
        let vtysh = "service integrated-vtysh-config\n";
        for (file, text) in [("frr.conf", format!("{overlay}{conf}")), ("vtysh.conf", vtysh.to_owned())] {
            let path = folder.join("etc").join(file);
            fs::write(&path, text).map_err(failed)?;
            chown(&path, uid, gid).map_err(failed)?;
        }
        let space = format!("--net=/run/netns/{}", self.space(at));
        let mut boot = Command::new("nsenter");
        boot.args([&space, "unshare", "--mount", "--uts", "--propagation", "private"]);
        boot.args(["sh", "-c", BOOT, "boot"]).arg(&folder).arg(name);
        boot.env("ROOT", &self.frr.root).env("DAEMONS", self.frr.daemons.join(" "));
        let ran = boot.stdin(Stdio::null()).output().map_err(|e| format!("nsenter: {e}"))?;
        let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap_or_default();
        let mut said: Vec<String> = read("said").lines().filter(|l| is_said(l)).map(str::to_owned).collect();
        if matches!(ran.status.code(), Some(90 | 91) | None) {
            let text = format!("{}{}{}", read("boot"), text(&ran.stdout), text(&ran.stderr));
            said.extend(text.lines().map(str::to_owned));
        }
        Ok(Boot { up: folder.join("run/bgpd.vty").exists(), said })
    }

    /// Another name space for the thread that asks: what it opens from now on is in it.
    pub(crate) fn enter(&self, at: usize) -> Result<()> {
        let path = format!("/run/netns/{}", self.space(at));
        let space = fs::File::open(&path).map_err(|e| format!("{path}: {e}"))?;
        let net = Some(rustix::thread::LinkNameSpaceType::Network);
        rustix::thread::move_into_link_name_space(std::os::fd::AsFd::as_fd(&space), net)
            .map_err(|e| format!("{path}: {e}"))
    }

    /// A daemon's ear.
    pub(crate) fn vty(&self, at: usize, daemon: &str) -> Result<Vty> {
        let path = self.folder(at).join("run").join(format!("{daemon}.vty"));
        Vty::open(&path).map_err(|e| format!("{daemon}: {e}"))
    }

    /// Runs `ip` in a node's namespace.
    pub(crate) fn ip(&self, at: usize, args: &[&str]) -> Result<String> {
        let space = self.space(at);
        let all: Vec<&str> = ["-n", &space].into_iter().chain(args.iter().copied()).collect();
        run("ip", &all)
    }

    /// Puts ports of a node up or down, all at once.
    pub(crate) fn ports(&self, at: usize, ports: &[&str], up: bool) -> Result<()> {
        let state = if up { "up" } else { "down" };
        let batch: String = ports.iter().map(|port| format!("link set {port} {state}\n")).collect();
        feed("ip", &["-n", &self.space(at), "-batch", "-"], &batch)
    }

    /// Whether a port loses all that it sends, its carrier staying up: what only BFD or a hold timer sees.
    pub(crate) fn mute(&self, at: usize, port: &str, on: bool) -> Result<()> {
        let space = self.space(at);
        let drop = ["tbf", "rate", "8bit", "burst", "1b", "limit", "1b"];
        let mut args = vec!["-n", &space, "qdisc", if on { "add" } else { "del" }, "dev", port, "root"];
        args.extend(drop.iter().filter(|_| on));
        run("tc", &args).map(|_| ())
    }

    /// An error where the user has asked to stop.
    pub(crate) fn check(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err("stopped".to_owned()) } else { Ok(()) }
    }

    /// Waits, unless asked to stop.
    pub(crate) fn pause(&self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.check()?;
            std::thread::sleep(Duration::from_millis(50).min(end.saturating_duration_since(Instant::now())));
        }
        self.check()
    }

    fn space(&self, at: usize) -> String {
        format!("{}-{at}", self.tag)
    }

    fn folder(&self, at: usize) -> PathBuf {
        self.state.join(at.to_string())
    }

    /// Room for neighbours: the kernel's table is one for all namespaces.
    fn room(&self, entries: usize) -> Result<()> {
        let _alone = alone();
        limits::raise(&self.state, &live(&self.state), &limits::files(), 4 * entries)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let spaces: Vec<String> = (0..self.spaces).map(|at| self.space(at)).collect();
        tear_down(&spaces);
        forget(&self.state);
    }
}

/// Removes what runs have left that were killed: their namespaces carry a number of a process that is gone. Gives how many
/// are removed, and how many are still there.
pub(crate) fn sweep() -> (usize, usize) {
    let is_left = |name: &String| owner(name).is_some_and(|id| !runs(id));
    let left: Vec<String> = names("/run/netns").into_iter().filter(is_left).collect();
    tear_down(&left);
    for folder in names(STATE).into_iter().filter(|n| n.ends_with("-lab") && is_left(n)) {
        forget(&Path::new(STATE).join(folder));
    }
    let still = left.iter().filter(|space| Path::new("/run/netns").join(space).exists()).count();
    (left.len() - still, still)
}

fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

/// The process that a namespace or a folder is of, by its name.
fn owner(name: &str) -> Option<u32> {
    name.strip_prefix("fabc")?.split('-').next()?.parse().ok()
}

/// Whether it still runs. Its number may be another program's by now.
fn runs(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.split_once(" (")
        .and_then(|(_, rest)| rest.rsplit_once(") "))
        .is_some_and(|(name, state)| name.starts_with("fabc") && !state.starts_with(['Z', 'X']))
}

/// Folders of other labs that run.
fn live(own: &Path) -> Vec<PathBuf> {
    let all = names(STATE).into_iter().filter(|n| n.ends_with("-lab") && owner(n).is_some_and(runs));
    let mut all: Vec<PathBuf> = all.map(|name| Path::new(STATE).join(name)).filter(|f| f != own).collect();
    all.sort();
    all
}

/// Takes away a lab's folder, and what it has changed in the kernel.
fn forget(state: &Path) {
    let _alone = alone();
    limits::give_back(state, &live(state), &limits::files());
    let _ = fs::remove_dir_all(state);
}

/// Keeps other labs from the kernel's limits as long as it is held.
fn alone() -> Option<fs::File> {
    let folder = fs::File::open(STATE).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Ends what runs in the namespaces, and only that, and removes them.
fn tear_down(spaces: &[String]) {
    let here = fs::metadata("/proc/self/ns/net").map(|m| m.ino()).ok();
    let inode = |space: &String| fs::metadata(format!("/run/netns/{space}")).map(|m| m.ino()).ok();
    let ours: Vec<u64> = spaces.iter().filter_map(inode).filter(|i| Some(*i) != here).collect();
    let live = || -> Vec<Pid> {
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = all.filter_map(|e| e.file_name().to_string_lossy().parse::<i32>().ok());
        let inside = |id: &i32| {
            let is_ours = fs::metadata(format!("/proc/{id}/ns/net")).is_ok_and(|m| ours.contains(&m.ino()));
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            is_ours && stat.rsplit(") ").next().is_some_and(|s| !s.starts_with('Z'))
        };
        ids.filter(inside).filter_map(Pid::from_raw).collect()
    };
    for signal in [Signal::TERM, Signal::KILL] {
        if ours.is_empty() {
            break;
        }
        for id in live() {
            let _ = kill_process(id, signal);
        }
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end && !live().is_empty() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    for space in spaces {
        let _ = run("ip", &["netns", "del", space]);
    }
}

/// What a namespace's kernel is told before it has ports.
fn prepare(node: &super::plan::Node, space: &str) -> Result<()> {
    let mut script = String::new();
    for (name, value) in SYSCTLS {
        // A server forwards nothing.
        if node.switch.is_none() && name.contains("forward") {
            continue;
        }
        script += &format!("echo {value} >/proc/sys/net/{name} || true\n");
    }
    run("ip", &["netns", "exec", space, "sh", "-c", &script]).map(|_| ())
}

/// Addresses, and all ports up. Ports that have no wire stand for themselves as `ifb`: they count as up, and lead nowhere.
fn bring_up(node: &super::plan::Node, space: &str, ports: &[&String]) -> Result<()> {
    let mut batch = String::from("link set lo up\n");
    let mut made: Vec<&String> = ports.to_vec();
    for (port, _) in &node.addresses {
        if !made.contains(&port) {
            batch += &format!("link add name {port} type ifb\n");
            made.push(port);
        }
    }
    for port in &made {
        batch += &format!("link set {port} up\n");
    }
    for (port, address) in &node.addresses {
        batch += &format!("addr add {address} dev {port}\n");
    }
    if let Some(gateway) = node.gateway {
        batch += &format!("route add default via {gateway}\n");
    }
    feed("ip", &["-n", space, "-batch", "-"], &batch)
}

/// Whether a line of `vtysh -b` says more than that it reads and sends.
fn is_said(line: &str) -> bool {
    let line = line.trim();
    let course = line.starts_with("Waiting for children")
        || line.contains("Configuration file[")
        || (line.starts_with('[') && (line.contains("] sending") || line.contains("] done")));
    !line.is_empty() && !course
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a program; what it prints.
fn run(program: &str, args: &[&str]) -> Result<String> {
    let ran = Command::new(program).args(args).stdin(Stdio::null()).output();
    let ran = ran.map_err(|e| format!("`{program}`: {e}"))?;
    if ran.status.success() {
        return Ok(text(&ran.stdout));
    }
    let said = format!("{}{}", text(&ran.stderr), text(&ran.stdout));
    Err(format!("`{program} {}`: {}", args.join(" "), said.lines().next().unwrap_or("failed")))
}

/// Runs a program that reads `input`.
fn feed(program: &str, args: &[&str], input: &str) -> Result<()> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("`{program}`: {e}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).map_err(|e| format!("`{program}`: {e}"))?;
    }
    let ran = child.wait_with_output().map_err(|e| format!("`{program}`: {e}"))?;
    if ran.status.success() {
        return Ok(());
    }
    Err(format!("`{program} {}`: {}", args.join(" "), text(&ran.stderr).lines().next().unwrap_or("failed")))
}
