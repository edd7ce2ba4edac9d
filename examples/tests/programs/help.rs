//! Every program says what it shows.

use crate::support::output_with;

/// Those that talk to a cluster.
const OF_CLUSTERS: &[&str] = &[
    env!("CARGO_BIN_EXE_config"),
    env!("CARGO_BIN_EXE_config_maps"),
    env!("CARGO_BIN_EXE_count_pods"),
    env!("CARGO_BIN_EXE_debug_view"),
    env!("CARGO_BIN_EXE_deployment"),
    env!("CARGO_BIN_EXE_discovery"),
    env!("CARGO_BIN_EXE_dynamic"),
    env!("CARGO_BIN_EXE_indexer_informer"),
    env!("CARGO_BIN_EXE_informer"),
    env!("CARGO_BIN_EXE_reflector"),
    env!("CARGO_BIN_EXE_rest"),
    env!("CARGO_BIN_EXE_scale"),
    env!("CARGO_BIN_EXE_tour"),
    env!("CARGO_BIN_EXE_shared_informer"),
    env!("CARGO_BIN_EXE_watch_anything"),
    env!("CARGO_BIN_EXE_watch_pods"),
    env!("CARGO_BIN_EXE_watchdog"),
];

/// Those to which a cluster has no meaning.
const ALONE: &[&str] = &[
    env!("CARGO_BIN_EXE_delaying_queue"),
    env!("CARGO_BIN_EXE_delta_queue"),
    env!("CARGO_BIN_EXE_embedded_server"),
    env!("CARGO_BIN_EXE_listeners"),
    env!("CARGO_BIN_EXE_rate_limiting_queue"),
    env!("CARGO_BIN_EXE_store_and_indexer"),
    env!("CARGO_BIN_EXE_work_queue"),
];

#[test]
fn every_program_has_a_help_text() {
    for program in OF_CLUSTERS.iter().chain(ALONE) {
        let help = output_with(program, &["--help"]);
        let about = help.lines().next().unwrap_or_default();
        assert!(about.len() > 30 && about.contains(' '), "{program} --help does not say what it shows:\n{help}");
        let takes_cluster = ["--kubeconfig", "--context", "--server"].iter().all(|argument| help.contains(argument));
        assert_eq!(takes_cluster, OF_CLUSTERS.contains(program), "{program} --help:\n{help}");
    }
}
