//! The client's byte path, measured beside kube's: what `list`, `pages`, `stream` and `watch` cost from the socket to what the program holds.
//!
//! Each run is a process of its own, which prints one line of JSON, a [`Line`].

mod kube_api;
mod own;

use std::{io, time::Duration};

use clap::{Parser, ValueEnum};
use lookglass_object::Encoding;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::Instant,
};

use crate::measure::{Heap, cpu_time, resident};

/// Measures one path of one client against a load server that serves pods.
#[derive(Debug, Clone, Parser)]
#[non_exhaustive]
pub struct Run {
    /// The load server's address, as it prints it.
    #[arg(long)]
    pub server: String,
    /// Whose code.
    #[arg(long, value_enum)]
    pub client: Who,
    /// What is done.
    #[arg(long, value_enum)]
    pub what: What,
    /// In JSON instead of protobuf; kube knows JSON only.
    #[arg(long)]
    pub json: bool,
    /// How many events a watch takes.
    #[arg(long, default_value_t = 100_000)]
    pub events: u64,
    /// On one thread instead of tokio's usual many.
    #[arg(long)]
    pub one_thread: bool,
    /// What the line says the allocator is.
    #[arg(skip)]
    pub allocator: String,
}

/// Whose code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "the clients of this crate")]
pub enum Who {
    /// lookglass-client.
    Own,
    /// kube's `Api`.
    Kube,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "what is measured")]
pub enum What {
    /// One list of everything.
    List,
    /// The same in pages of 500.
    Pages,
    /// A watch that begins with everything.
    Stream,
    /// Changes, at full speed.
    Watch,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Line {
    /// Who, what, and how.
    pub name: String,
    /// Objects or events.
    pub items: u64,
    /// CPU time of the process for each of them.
    pub cpu_us: f64,
    /// Wall time for each of them.
    pub wall_us: f64,
    /// What is kept of them on the heap, each.
    pub kept_bytes: f64,
    /// The most that was on the heap, over what is kept.
    pub peak_ratio: f64,
    /// Allocations for each.
    pub allocations: f64,
    /// Resident bytes of the process, at the end and at most.
    pub resident: (u64, u64),
    /// CPU time of the server for each.
    pub server_cpu_us: f64,
}

/// A figure that is being taken.
struct Taking {
    begun: Instant,
    cpu: Duration,
    heap: Heap,
    server: Duration,
}

impl Taking {
    async fn begin(run: &Run) -> io::Result<Self> {
        let server = server_cpu(&run.server).await?;
        Ok(Self { begun: Instant::now(), cpu: cpu_time(), heap: Heap::begin(), server })
    }

    /// Ends it; what is kept must still be there.
    async fn end(self, run: &Run, items: u64) -> io::Result<Line> {
        let (cpu, wall) = (cpu_time() - self.cpu, self.begun.elapsed());
        let heap = Heap::since(self.heap);
        let server = server_cpu(&run.server).await? - self.server;
        let each = |total: f64| total / items.max(1) as f64;
        let encoding = if run.json { "json" } else { "protobuf" };
        Ok(Line {
            name: format!("{:?} {:?} {encoding} {}", run.client, run.what, run.allocator).to_lowercase(),
            items,
            cpu_us: each(cpu.as_secs_f64() * 1e6),
            wall_us: each(wall.as_secs_f64() * 1e6),
            kept_bytes: each(heap.live as f64),
            peak_ratio: heap.peak as f64 / heap.live.max(1) as f64,
            allocations: each(heap.calls as f64),
            resident: resident(),
            server_cpu_us: each(server.as_secs_f64() * 1e6),
        })
    }
}

/// Asks the load server for something that no API server has.
///
/// # Errors
///
/// It does not answer.
pub async fn control(server: &str, path: &str) -> io::Result<String> {
    let address = server.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

async fn server_cpu(server: &str) -> io::Result<Duration> {
    let stats: serde_json::Value = serde_json::from_str(&control(server, "/load/stats").await?)?;
    Ok(Duration::from_nanos(stats["cpu_ns"].as_u64().unwrap_or(0)))
}

fn encoding(run: &Run) -> Encoding {
    if run.json { Encoding::Json } else { Encoding::Protobuf }
}

/// Does the run that the arguments ask for, and prints its line.
///
/// # Errors
///
/// The server does not answer as it should.
pub fn main(allocator: &str) -> Result<(), Failure> {
    let run = Run { allocator: allocator.to_owned(), ..Run::parse() };
    let mut builder = if run.one_thread {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder.enable_all().build()?;
    // As a task, because programs are tasks: what `block_on` runs itself is woken another way.
    let line = runtime.block_on(runtime.spawn(async move {
        let config = kube::Config::new(run.server.parse()?);
        let client = kube::Client::try_from(config)?;
        match run.client {
            Who::Own => own::run(&run, client).await,
            Who::Kube => kube_api::run(&run, client).await,
        }
    }))?;
    println!("{}", serde_json::to_string(&line?)?);
    Ok(())
}

/// Whatever goes wrong ends the run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
