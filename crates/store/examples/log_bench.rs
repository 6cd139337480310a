//! What appending to the log costs on this machine: `cargo run --release -p store --example log_bench [FOLDER]`.
//!
//! Prints, beside a bare write and sync of the same bytes to one file, the time of an append of 256 blocks of 600
//! bytes, and the CPU time that it takes for each block.

use std::{fs::File, io::Write, path::PathBuf, time::Duration};

use model::partition::{Partition, Position};
use store::{
    local::Local,
    substrate::{Block, Lease, Options, Substrate},
};

const PARTITIONS: u16 = 64;
const BLOCKS: usize = 256;
const BLOCK_BYTES: usize = 600;
const APPENDS: usize = 400;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let given = std::env::args().nth(1).map(PathBuf::from);
    let folder = tempfile::tempdir_in(given.unwrap_or_else(std::env::temp_dir))?;
    let reference = measure(&mut bare(folder.path().join("bare"))?)?;
    let store =
        Local::open(&folder.path().join("data"), &Options { partitions: PARTITIONS, tables: &[], key_seed: None })?;
    let leases = store.claim(&(0..PARTITIONS).map(Partition).collect::<Vec<_>>())?;
    let product = measure(&mut appends(&store, &leases))?;
    println!("{BLOCKS} blocks of {BLOCK_BYTES} bytes an append, {APPENDS} appends, each synced");
    for (name, (wall, cpu)) in [("bare write + sync", reference), ("append", product)] {
        let per = |time: Duration, count: usize| time.as_secs_f64() * 1e6 / count as f64;
        let (call, block) = (per(wall, APPENDS), per(cpu, APPENDS * BLOCKS));
        println!("{name:>18}: {call:8.0} µs a call, {block:6.3} µs of CPU a block");
    }
    Ok(())
}

/// Appends the same bytes to one file and syncs it.
fn bare(path: PathBuf) -> Result<impl FnMut() -> Result<(), Failure>, Failure> {
    let mut file = File::create(path)?;
    let bytes = vec![7; BLOCKS * BLOCK_BYTES];
    Ok(move || {
        file.write_all(&bytes)?;
        Ok(file.sync_data()?)
    })
}

fn appends(store: &Local, leases: &[Lease]) -> impl FnMut() -> Result<(), Failure> {
    let mut round = 0;
    let each = BLOCKS / leases.len();
    move || {
        let block = |n: usize| Block {
            lease: leases[n / each],
            first: Position((round * each + n % each) as u64),
            count: 1,
            bytes: vec![7; BLOCK_BYTES],
        };
        let blocks: Vec<Block> = (0..BLOCKS).map(block).collect();
        round += 1;
        Ok(store.append(&blocks)?)
    }
}

/// The wall time and the thread's CPU time of all calls.
fn measure(call: &mut dyn FnMut() -> Result<(), Failure>) -> Result<(Duration, Duration), Failure> {
    call()?;
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let started = std::time::Instant::now();
    let cpu = cpu_time()?;
    for _ in 0..APPENDS {
        call()?;
    }
    Ok((started.elapsed(), cpu_time()?.saturating_sub(cpu)))
}

/// CPU time of this thread so far, user and system, from its `schedstat` (proc(5)).
fn cpu_time() -> Result<Duration, Failure> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split_whitespace().next().ok_or("schedstat is empty")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}
