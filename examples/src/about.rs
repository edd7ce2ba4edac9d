//! Programs to which a cluster has no meaning: [`about`].

/// Takes no arguments but `--help`, which prints this text.
pub fn about(text: &'static str) {
    clap::Command::new("program").about(text).get_matches();
}
