//! What really gets through: pings between all, and flows that count what a failure costs.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use rustix::net::sockopt::{Timeout, set_socket_recv_buffer_size_force, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, bind, ipproto, recv, sendto, socket};

use super::machine::{Machine, Result};

/// Pings that run at a time.
const AT_ONCE: usize = 8;
/// Flows of a measurement; every other hash takes another way.
const FLOWS: u16 = 64;
/// A flow sends a packet in this time.
const GAP: Duration = Duration::from_millis(8);
/// Flows that send together.
const TURNS: u16 = 4;

/// Whom a node is to reach, from which of its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pings {
    pub(super) from: usize,
    pub(super) source: IpAddr,
    pub(super) to: Vec<(usize, IpAddr)>,
}

/// Pings; what got no answer: from and to. `tries` are half a second each.
pub(super) fn mesh(machine: &Machine, pings: &[Pings], tries: u32) -> Result<Vec<(usize, usize)>> {
    let mut silent = Vec::new();
    for some in pings.chunks(AT_ONCE) {
        machine.check()?;
        let said: Vec<Result<Vec<usize>>> = std::thread::scope(|scope| {
            // A thread that has entered a namespace stays in it, so each has its own.
            let threads: Vec<_> = some.iter().map(|p| scope.spawn(|| ping(machine, p, tries))).collect();
            threads
                .into_iter()
                .map(|t| t.join().unwrap_or_else(|_| Err("a ping ended early".into())))
                .collect()
        });
        for (pings, said) in some.iter().zip(said) {
            silent.extend(said?.into_iter().map(|to| (pings.from, to)));
        }
    }
    Ok(silent)
}

/// One node's pings, source address and all: so both directions are shown.
fn ping(machine: &Machine, pings: &Pings, tries: u32) -> Result<Vec<usize>> {
    machine.enter(pings.from)?;
    let failed = |e: rustix::io::Errno| format!("ping: {e}");
    let (family, protocol, ask, answer) = match pings.source {
        IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP, 8u8, 0u8),
        IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6, 128, 129),
    };
    let ear = socket(family, SocketType::RAW, Some(protocol)).map_err(failed)?;
    bind(&ear, &SocketAddr::new(pings.source, 0)).map_err(failed)?;
    set_socket_timeout(&ear, Timeout::Recv, Some(Duration::from_millis(50))).map_err(failed)?;
    let _ = set_socket_recv_buffer_size_force(&ear, 4 << 20);
    let id = u16::try_from(pings.from % 0xffff).unwrap_or_default();
    let mut left: BTreeMap<u16, usize> = (0u16..).zip(pings.to.iter().map(|(node, _)| *node)).collect();
    let mut buffer = [0u8; 2048];
    for _ in 0..tries {
        for (number, (_, to)) in (0u16..).zip(&pings.to).filter(|(n, _)| left.contains_key(n)) {
            let _ = sendto(&ear, &echo(ask, id, number), SendFlags::empty(), &SocketAddr::new(*to, 0));
        }
        let end = Instant::now() + Duration::from_millis(500);
        while !left.is_empty() && Instant::now() < end {
            let Ok((read, _)) = recv(&ear, &mut buffer[..], RecvFlags::empty()) else { continue };
            let packet = buffer.get(..read).unwrap_or_default();
            let head = match pings.source {
                IpAddr::V4(_) => usize::from(packet.first().copied().unwrap_or_default() & 15) * 4,
                IpAddr::V6(_) => 0,
            };
            if let Some([kind, _, _, _, a, b, c, d]) = packet.get(head..head + 8)
                && *kind == answer
                && u16::from_be_bytes([*a, *b]) == id
            {
                left.remove(&u16::from_be_bytes([*c, *d]));
            }
        }
        if left.is_empty() {
            break;
        }
    }
    Ok(left.into_values().collect())
}

/// An echo request. For IPv6 the kernel puts in the checksum.
fn echo(kind: u8, id: u16, number: u16) -> [u8; 8] {
    let (i, n) = (id.to_be_bytes(), number.to_be_bytes());
    let mut packet = [kind, 0, 0, 0, i[0], i[1], n[0], n[1]];
    if kind == 8 {
        let words = packet.chunks_exact(2).map(|w| u32::from(w[0]) << 8 | u32::from(w[1]));
        let mut sum: u32 = words.sum();
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        let sum = (!u16::try_from(sum & 0xffff).unwrap_or_default()).to_be_bytes();
        (packet[2], packet[3]) = (sum[0], sum[1]);
    }
    packet
}

/// What flows lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) sent: usize,
    pub(crate) lost: usize,
    pub(crate) flows: usize,
    /// Flows that lost something.
    pub(crate) hit: usize,
    /// The longest time between the first and the last loss of one flow, ms.
    pub(crate) worst: u64,
}

/// Flows that run until they are told to end.
pub(super) struct Flows<'scope> {
    stop: Arc<AtomicBool>,
    sender: ScopedJoinHandle<'scope, Result<Vec<(u16, u32, Duration)>>>,
    receiver: ScopedJoinHandle<'scope, Result<BTreeSet<(u16, u32)>>>,
}

impl<'scope> Flows<'scope> {
    /// Begins to send from one node to another, 8,000 packets a second in all.
    pub(super) fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        machine: &'env Machine,
        (from, source): (usize, Ipv4Addr),
        (to, target): (usize, Ipv4Addr),
        port: u16,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (ends, ended) = (stop.clone(), stop.clone());
        let receiver = scope.spawn(move || receive(machine, to, target, port, &ended));
        let sender = scope.spawn(move || {
            // The receiver is there first.
            std::thread::sleep(Duration::from_millis(200));
            send(machine, (from, source), (target, port), &ends)
        });
        Flows { stop, sender, receiver }
    }

    /// Ends them; what they lost.
    pub(super) fn end(self) -> Result<Loss> {
        self.stop.store(true, Ordering::Relaxed);
        let gone = |_| Err("a flow ended early".to_owned());
        let sent = self.sender.join().unwrap_or_else(gone)?;
        let got = self.receiver.join().unwrap_or_else(|_| Err("a flow ended early".to_owned()))?;
        let mut lost: BTreeMap<u16, (Duration, Duration, usize)> = BTreeMap::new();
        for &(flow, _, at) in sent.iter().filter(|(flow, number, _)| !got.contains(&(*flow, *number))) {
            let known = lost.entry(flow).or_insert((at, at, 0));
            (known.1, known.2) = (at, known.2 + 1);
        }
        let worst = lost.values().map(|(first, last, _)| *last - *first + GAP).max().unwrap_or_default();
        Ok(Loss {
            sent: sent.len(),
            lost: lost.values().map(|l| l.2).sum(),
            flows: usize::from(FLOWS),
            hit: lost.len(),
            worst: u64::try_from(worst.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

fn send(
    machine: &Machine,
    (from, source): (usize, Ipv4Addr),
    target: (Ipv4Addr, u16),
    stop: &AtomicBool,
) -> Result<Vec<(u16, u32, Duration)>> {
    machine.enter(from)?;
    let open = |flow| UdpSocket::bind((source, 40_000 + flow)).map_err(|e| format!("{source}: {e}"));
    let ends = (0..FLOWS).map(open).collect::<Result<Vec<_>>>()?;
    let (begin, mut sent) = (Instant::now(), Vec::new());
    let mut turn = 0u32;
    while !stop.load(Ordering::Relaxed) {
        let now = begin.elapsed();
        for (flow, end) in
            (0u16..).zip(&ends).filter(|(f, _)| u32::from(f % TURNS) == turn % u32::from(TURNS))
        {
            let mut packet = [0; 6];
            packet[..2].copy_from_slice(&flow.to_be_bytes());
            packet[2..].copy_from_slice(&turn.to_be_bytes());
            let _ = end.send_to(&packet, target);
            sent.push((flow, turn, now));
        }
        turn += 1;
        let next = GAP / u32::from(TURNS) * turn;
        std::thread::sleep(next.saturating_sub(begin.elapsed()));
    }
    Ok(sent)
}

fn receive(
    machine: &Machine,
    at: usize,
    address: Ipv4Addr,
    port: u16,
    stop: &AtomicBool,
) -> Result<BTreeSet<(u16, u32)>> {
    machine.enter(at)?;
    let failed = |e: std::io::Error| format!("{address}: {e}");
    let ear = UdpSocket::bind((address, port)).map_err(failed)?;
    ear.set_read_timeout(Some(Duration::from_millis(100))).map_err(failed)?;
    let _ = set_socket_recv_buffer_size_force(&ear, 8 << 20);
    let mut got = BTreeSet::new();
    let mut packet = [0; 64];
    let mut silent = 0;
    // What is under way still counts.
    while !stop.load(Ordering::Relaxed) || silent < 10 {
        match ear.recv(&mut packet) {
            Ok(6) => {
                silent = 0;
                let [a, b, c, d, e, f, ..] = packet;
                got.insert((u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f])));
            }
            _ => silent += 1,
        }
    }
    Ok(got)
}
