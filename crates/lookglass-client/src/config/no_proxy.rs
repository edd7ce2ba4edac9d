//! The proxy of the environment, and what it is not for.

use std::net::IpAddr;

use http::Uri;

use super::{ConfigWarning, Environment, Proxy};

/// The proxy that the environment names for this server. Go's rules: none for `localhost` and loopback addresses, none for what `NO_PROXY` lists.
pub(super) fn proxy_for(server: &Uri, environment: &Environment) -> Result<Option<Proxy>, ConfigWarning> {
    let https = server.scheme_str() == Some("https");
    let names = if https { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let Some((variable, url)) = names.iter().find_map(|name| Some((*name, environment.text(name)?))) else {
        return Ok(None);
    };
    let host = server.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let port = server.port_u16().unwrap_or(if https { 443 } else { 80 });
    let exempt = environment.text("NO_PROXY").or_else(|| environment.text("no_proxy")).unwrap_or_default();
    if is_exempt(&host, port, exempt) {
        return Ok(None);
    }
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    url.parse()
        .map(Some)
        .map_err(|error: super::ConfigError| ConfigWarning::Variable { variable, problem: error.problem() })
}

/// Whether the list exempts a host, in lower case and without brackets.
fn is_exempt(host: &str, port: u16, list: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return true;
    }
    list.split(',').any(|entry| {
        let entry = entry.trim().to_ascii_lowercase();
        entry == "*" || matches_entry(&entry, host, address, port)
    })
}

fn matches_entry(entry: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if let Some((network, bits)) = entry.split_once('/') {
        let network = network.parse::<IpAddr>().ok().zip(bits.parse().ok());
        return network.zip(address).is_some_and(|((network, bits), address)| contains(network, bits, address));
    }
    let (name, wanted) = with_port(entry);
    if name.is_empty() || wanted.is_some_and(|wanted| wanted != port) {
        return false;
    }
    if let Ok(wanted) = name.parse::<IpAddr>() {
        return address == Some(wanted);
    }
    // `example.com` is for itself and all below; `.example.com` and `*.example.com` for all below.
    let name = name.strip_prefix('*').unwrap_or(name);
    match name.strip_prefix('.') {
        Some(_) => host.ends_with(name),
        None => host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
    }
}

/// `host:port`, `[v6]:port`, or either without a port; an address of version 6 has colons of its own.
fn with_port(entry: &str) -> (&str, Option<u16>) {
    if let Some((address, rest)) = entry.strip_prefix('[').and_then(|entry| entry.split_once(']')) {
        return (address, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match entry.split_once(':') {
        Some((name, port)) if !port.contains(':') => (name, port.parse().ok()),
        _ => (entry, None),
    }
}

fn contains(network: IpAddr, bits: u32, address: IpAddr) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            (network.to_bits() ^ address.to_bits()) & mask == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            (network.to_bits() ^ address.to_bits()) & mask == 0
        }
        _ => false,
    }
}
