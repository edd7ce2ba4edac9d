//! Programs to which a cluster has no meaning: [`about`].

use clap::{Args as _, FromArgMatches as _};

use crate::{Cluster, closed_pipe::end_with_the_pipe};

/// Says with `--help` what the program shows. It takes the arguments that name a cluster as every program does, so that all can be run alike, and says that it
/// asks none.
pub fn about(text: &'static str) {
    end_with_the_pipe();
    let command = Cluster::augment_args(clap::Command::new("program"));
    let matches =
        command.about(text).long_about(None).mut_args(|argument| argument.help_heading(HEADING)).get_matches();
    let Ok(Cluster { kubeconfig, context, server, namespace }) = Cluster::from_arg_matches(&matches) else { return };
    if kubeconfig.is_some() || context.is_some() || server.is_some() || namespace.is_some() {
        eprintln!("What this shows happens inside the program. The cluster is not asked.");
    }
}

const HEADING: &str = "Cluster (taken, as by every program here; this one asks none)";
