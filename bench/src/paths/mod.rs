//! The client's byte path, measured beside kube's: what `list`, `pages`, `stream` and `watch` cost from the socket to what the program holds.
//!
//! Each run is a process of its own, which prints one [`Line`].

mod kube_api;
mod own;

use clap::{Args, ValueEnum};
use lookglass_object::Encoding;

use crate::{
    measure::{Failure, Line, Taking},
    programs::Who,
};

/// Measures one path of one client against a load server that serves pods.
#[derive(Debug, Clone, Args)]
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
    /// Over HTTP/2, which kube does not speak.
    #[arg(long)]
    pub http2: bool,
    /// How many events a watch takes.
    #[arg(long, default_value_t = 100_000)]
    pub events: u64,
    /// What the line says the allocator is.
    #[arg(skip)]
    pub allocator: String,
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

impl Run {
    fn encoding(&self) -> Encoding {
        if self.json { Encoding::Json } else { Encoding::Protobuf }
    }

    async fn begin(&self) -> Result<Taking, Failure> {
        Ok(Taking::begin(&self.server).await?)
    }

    async fn end(&self, taking: Taking, items: u64) -> Result<Line, Failure> {
        let encoding = if self.json { "json" } else { "protobuf" };
        let client = match self.client {
            Who::Own if self.http2 => "lookglass, HTTP/2,",
            Who::Own => "lookglass",
            Who::Kube => "kube",
        };
        let what = format!("{:?}", self.what).to_lowercase();
        Ok(taking.end(&format!("{client} {encoding} {}", self.allocator), &what, items).await?)
    }
}

/// Does the run, and prints its line.
///
/// # Errors
///
/// The server does not answer as it should.
pub async fn run(run: &Run, allocator: &str) -> Result<(), Failure> {
    let run = Run { allocator: allocator.to_owned(), ..run.clone() };
    let line = match run.client {
        Who::Own => own::run(&run).await,
        Who::Kube => kube_api::run(&run).await,
    };
    line?.print();
    Ok(())
}
