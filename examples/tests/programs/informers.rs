//! Reflector, informers, and what they are made of.

use crate::support::output_of;

#[test]
fn reflector() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_reflector")), @r"
    # the queue knows no objects: it forgets a deletion of what it does not hold
    Sync default/kube-root-ca.crt (initial); 1 in the store
    Sync default/web-0 (initial); 2 in the store
    Sync default/web-1 (initial); 3 in the store
    Added default/db-0; 4 in the store
    Updated default/db-0; 4 in the store
    # the queue knows the objects of the store, and every deletion is told
    Replaced default/db-0 (initial); 1 in the store
    Replaced default/kube-root-ca.crt (initial); 2 in the store
    Replaced default/web-1 (initial); 3 in the store
    Added default/db-1; 4 in the store
    Updated default/db-1; 4 in the store
    Deleted default/web-1; 3 in the store
    ");
}
