//! A figure that is being taken: [`Taking`].

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::Instant,
};

use super::{Heap, HeapBegin, Line, cpu_time, forget_peak, resident};

/// A figure that is being taken against a load server.
#[derive(Debug)]
pub struct Taking {
    server: String,
    begun: Instant,
    cpu: Duration,
    heap: HeapBegin,
    server_cpu: Duration,
}

impl Taking {
    /// Begins.
    ///
    /// # Errors
    ///
    /// The load server does not answer.
    pub async fn begin(server: &str) -> io::Result<Self> {
        let server_cpu = server_cpu(server).await?;
        forget_peak();
        Ok(Self { server: server.to_owned(), begun: Instant::now(), cpu: cpu_time(), heap: Heap::begin(), server_cpu })
    }

    /// Ends it; what is kept must still be there.
    ///
    /// # Errors
    ///
    /// The load server does not answer.
    pub async fn end(self, client: &str, what: &str, items: u64) -> io::Result<Line> {
        let (cpu, wall) = (cpu_time() - self.cpu, self.begun.elapsed());
        let heap = Heap::since(self.heap);
        let server = server_cpu(&self.server).await? - self.server_cpu;
        let each = |total: f64| total / items.max(1) as f64;
        let (now, most) = resident();
        Ok(Line {
            client: client.to_owned(),
            what: what.to_owned(),
            items,
            cpu_us: each(cpu.as_secs_f64() * 1e6),
            wall_us: each(wall.as_secs_f64() * 1e6),
            kept_bytes: heap.map(|heap| each(heap.live as f64)),
            peak_ratio: heap.map(|heap| heap.peak as f64 / heap.live.max(1) as f64),
            allocations: heap.map(|heap| each(heap.calls as f64)),
            resident: now,
            peak_resident: most,
            server_cpu_us: Some(each(server.as_secs_f64() * 1e6)),
            ..Line::default()
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
