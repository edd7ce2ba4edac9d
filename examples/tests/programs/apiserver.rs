//! The embedded API server.

use crate::support::output_of;

#[test]
fn embedded_server() {
    insta::assert_snapshot!(output_of(env!("CARGO_BIN_EXE_embedded_server")), @r"
    applied Deployment default/web
    2 pods are ready
    after 5 seconds its watch was cut
    the controller is back: web-1 was made again
    3 x GET /api/v1/namespaces/default/pods (watch): 200
    3 x GET /api/v1/namespaces/default/pods: 200
    2 x GET /api/v1/namespaces/default/pods: 503
    5 x GET /apis/apps/v1/namespaces/default/deployments/web: 200
    3 x PATCH /apis/apps/v1/namespaces/default/deployments/web/status: 200
    3 x POST /api/v1/namespaces/default/pods: 201
    ");
}
