//! The measuring programs: one measurement of one client in a process of its own, which prints [`Line`](crate::measure::Line)s. There is one with the system's allocator
//! and one with jemalloc, and ours and kube's code is in both, so that nothing but the code under measurement differs.

use clap::{Parser, Subcommand, ValueEnum};

use crate::{
    informers,
    measure::{Failure, GiveBack, Heap},
    paths,
};

/// Measures one client against a load server that serves pods.
#[derive(Debug, Clone, Parser)]
struct Program {
    #[command(subcommand)]
    measure: Measure,
    /// Count what is on the heap, at the cost of some time.
    #[arg(long, global = true)]
    heap: bool,
    /// On one thread instead of tokio's usual many.
    #[arg(long, global = true)]
    one_thread: bool,
}

#[derive(Debug, Clone, Subcommand)]
enum Measure {
    /// A list or a watch.
    Path(paths::Run),
    /// An informer, from its start to its handlers.
    Informer(informers::Run),
}

/// Whose code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "the clients of this crate")]
pub enum Who {
    /// lookglass.
    Own,
    /// kube.
    Kube,
}

/// Does what the arguments ask for, and prints its lines. `allocator` is what the lines say it is, and `give_back` has it give back what is free.
///
/// # Errors
///
/// The server does not answer as it should.
pub fn main(allocator: &'static str, give_back: GiveBack) -> Result<(), Failure> {
    let program = Program::parse();
    if program.heap {
        Heap::count();
    }
    let mut builder = if program.one_thread {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder.enable_all().build()?;
    // As a task, because programs are tasks: what `block_on` runs itself is woken another way.
    runtime.block_on(runtime.spawn(async move {
        match program.measure {
            Measure::Path(run) => paths::run(&run, allocator).await,
            Measure::Informer(run) => {
                informers::run(informers::Run { give_back: Some(give_back), ..run }, allocator).await
            }
        }
    }))?
}
