//! What is expected here was recorded from a real API server, or read off its sources where the comment says so.

mod hostile;
mod matrix;
mod options;
mod routes;

use http::Method;
use lookglass_object::Status;

use super::{Call, Query, Refusal, Route, list_params, route, watch_params};
use crate::{
    Verb, builtin,
    params::{ListParams, WatchParams},
};

/// Splits a request line's target as a server does.
fn split(target: &str) -> (&str, Query) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (path, Query::parse(query))
}

fn routed(method: &str, target: &str) -> Result<Route, Refusal> {
    let (path, query) = split(target);
    route(&method.parse::<Method>().expect("a method"), path, &query, builtin::catalog())
}

fn call(method: &str, target: &str) -> Call {
    match routed(method, target) {
        Ok(Route::Resource(call)) => call,
        other => panic!("{method} {target} is no call: {other:?}"),
    }
}

fn list(target: &str) -> Result<ListParams, Status> {
    let call = call("GET", target);
    assert_eq!(call.verb, Verb::List, "{target}");
    list_params(&split(target).1, &call)
}

fn watch(target: &str) -> Result<WatchParams, Status> {
    let call = call("GET", target);
    assert_eq!(call.verb, Verb::Watch, "{target}");
    watch_params(&split(target).1, &call)
}

fn refused<T>(result: Result<T, Status>) -> (i32, String, String) {
    match result {
        Ok(_) => panic!("not refused"),
        Err(status) => (status.code(), status.reason().as_str().to_owned(), status.message().to_owned()),
    }
}
