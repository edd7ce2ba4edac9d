//! Lists and watches, and the clients under them.

use crate::support::output_of;

#[test]
fn watch_pods() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_watch_pods")), @r"
    # a list alone
    LISTED : web-0 - Running
    LISTED : web-1 - Running
    # a watch alone: as it is given no version to start from, it begins with what exists
    ADDED : web-0 - Running
    ADDED : web-1 - Running
    # a list, and a watch of what happened since
    ADDED : web-0 - Running
    ADDED : web-1 - Running
    ADDED : db-0 - Pending
    MODIFIED : db-0 - Running
    MODIFIED : web-0 - Running
    DELETED : web-0 - Running
    ");
}
