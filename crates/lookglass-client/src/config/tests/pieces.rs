//! The pieces of a config by themselves.

use std::time::Duration;

use crate::config::{Config, Environment, ExecPolicy, Impersonate, Overrides, Pem, Proxy, ProxyKind, no_proxy};

#[test]
fn the_proxy_of_the_environment_is_gos() {
    let cases = [
        // server, NO_PROXY, whether there is a proxy
        ("https://c.example.com", "", true),
        ("https://localhost:6443", "", false),
        ("https://127.0.0.7", "", false),
        ("https://[::1]:6443", "", false),
        ("https://c.example.com", "*", false),
        ("https://c.example.com", "a.com, example.com", false),
        ("https://c.example.com", "c.example.com", false),
        ("https://C.Example.COM", "c.EXAMPLE.com", false),
        ("https://example.com", ".example.com", true),
        ("https://c.example.com", ".example.com", false),
        ("https://example.com", "*.example.com", true),
        ("https://c.example.com", "*.example.com", false),
        ("https://notexample.com", "example.com", true),
        ("https://c.example.com", "example.com:443", false),
        ("https://c.example.com", "example.com:6443", true),
        ("https://c.example.com:6443", "example.com:6443", false),
        ("https://10.1.2.3", "10.0.0.0/8", false),
        ("https://11.1.2.3", "10.0.0.0/8", true),
        ("https://10.1.2.3", "0.0.0.0/0", false),
        ("https://10.1.2.3", "10.1.2.3", false),
        ("https://10.1.2.3:6443", "10.1.2.3:443", true),
        ("https://10.1.2.3", "10.0.0.0/33", true),
        ("https://[fd00::1]", "fd00::/8", false),
        ("https://[fd00::1]", "fe00::/8", true),
        ("https://[fd00::1]", "fd00::1", false),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", false),
        ("https://[fd00::1]", "::/0", false),
        ("https://c.example.com", ",, ,", true),
    ];
    for (server, exempt, wanted) in cases {
        let environment = Environment::empty().var("HTTPS_PROXY", "gate:3128").var("NO_PROXY", exempt);
        let proxy = no_proxy::proxy_for(&Config::new(server).unwrap().server(), &environment).unwrap();
        assert_eq!(proxy.is_some(), wanted, "{server} with NO_PROXY={exempt}");
    }
}

#[test]
fn each_scheme_has_its_variable_and_upper_case_wins() {
    let environment =
        Environment::empty().var("http_proxy", "plain").var("https_proxy", "low").var("HTTPS_PROXY", "high");
    let host = |server: &str| {
        let proxy = no_proxy::proxy_for(&Config::new(server).unwrap().server(), &environment).unwrap();
        proxy.map(|proxy| proxy.host().to_owned())
    };
    assert_eq!(host("http://c.example.com").as_deref(), Some("plain"));
    assert_eq!(host("https://c.example.com").as_deref(), Some("high"));
}

#[test]
fn proxies_are_read_with_their_logins_and_ports() {
    let proxy: Proxy = "http://j%40e:p%3Aw@[fd00::1]:3128/".parse().unwrap();
    assert_eq!((proxy.kind(), proxy.host(), proxy.port()), (ProxyKind::Http, "fd00::1", 3128));
    let (user, password) = proxy.login().unwrap();
    assert_eq!((user, password.expose()), ("j@e", "p:w"));
    for (url, port) in [("http://g", 80), ("https://g", 443), ("socks5://g", 1080), ("socks5h://g", 1080)] {
        assert_eq!(url.parse::<Proxy>().unwrap().port(), port);
    }
    for bad in ["gate", "gate:3128", "ftp://gate", "http://", "http:// gate", "http://:3128"] {
        bad.parse::<Proxy>().unwrap_err();
    }
}

#[test]
fn impersonation_becomes_headers() {
    let who =
        Impersonate::user("jane").uid("42").group("a").group("b").extra("Example.com/Reason %", "x").extra("z", "ü");
    let headers = who.headers().unwrap();
    let lines: Vec<_> =
        headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))).collect();
    let wanted = [
        "impersonate-user: jane",
        "impersonate-uid: 42",
        "impersonate-group: a",
        "impersonate-group: b",
        "impersonate-extra-example.com%2freason%20%25: x",
        "impersonate-extra-z: ü",
    ];
    assert_eq!(lines, wanted);
    Impersonate::user("a\r\nimpersonate-group: system:masters").headers().unwrap_err();
}

#[test]
fn an_allowlist_that_could_be_a_mistake_is_refused() {
    let cases = [
        (&[][..], "allowlist of credential plugins ``: the list is empty; to run no plugin at all, say DenyAll"),
        (&["aws", ""], "allowlist of credential plugins ``: an entry is empty"),
        (
            &["./aws"],
            "allowlist of credential plugins `./aws`: it is not in its shortest form: leave out `.`, `..` and doubled or closing separators",
        ),
        (
            &["/opt//aws"],
            "allowlist of credential plugins `/opt//aws`: it is not in its shortest form: leave out `.`, `..` and doubled or closing separators",
        ),
        (
            &["/opt/../aws"],
            "allowlist of credential plugins `/opt/../aws`: it is not in its shortest form: leave out `.`, `..` and doubled or closing separators",
        ),
        (
            &["bin/aws"],
            "allowlist of credential plugins `bin/aws`: it is a relative path; give the full path, or the bare name",
        ),
    ];
    for (entries, message) in cases {
        assert_eq!(ExecPolicy::allowlist(entries.iter().copied()).unwrap_err().to_string(), message);
    }
    ExecPolicy::allowlist(["aws", "/opt/bin/plugin"]).unwrap();
}

#[test]
fn timeouts_are_seconds_or_gos() {
    let cases = [("30", 30_000), ("0", 0), ("1m30s", 90_000), ("1.5h", 5_400_000), ("250ms", 250), ("2000us", 2)];
    for (text, milliseconds) in cases {
        assert_eq!(Overrides::parse_timeout(text).unwrap(), Duration::from_millis(milliseconds), "{text}");
    }
    for bad in ["", "s", "-1s", "1x", "1m30", "5 s", "1e3s"] {
        let error = Overrides::parse_timeout(bad).unwrap_err().to_string();
        assert_eq!(error, format!("request timeout `{bad}`: give seconds, or a duration such as 1m30s"));
    }
}

#[test]
fn what_is_set_later_wins() {
    let config = Config::new("c.example.com").unwrap();
    assert_eq!(config.server(), "http://c.example.com/");
    assert_eq!(config.clone().insecure().server(), "https://c.example.com/");
    let trusting = config.clone().insecure().ca(Pem::inline("x"));
    assert!(!trusting.insecure && trusting.is_https());
    assert!(trusting.insecure().ca.is_none());
    let nobody = config.token("a").identity(Pem::inline("x"), Pem::inline("y")).anonymous();
    assert!(nobody.identity.is_none() && !nobody.is_https());
}

#[tokio::test]
async fn a_loaded_config_names_the_program() {
    let environment = Environment::empty().var("KUBERNETES_MASTER", "https://c").program("web ctl\n");
    let config = Config::loader().environment(environment).load().await.unwrap();
    let agent = config.user_agent.to_str().unwrap().to_owned();
    assert!(agent.starts_with("web ctl_ (") && agent.contains(") lookglass/"), "{agent}");
    let library = Config::new("https://c").unwrap().user_agent;
    assert!(library.to_str().unwrap().starts_with("lookglass/"), "{library:?}");
}

#[tokio::test]
async fn the_door_to_the_environment_opens() {
    // Whatever this machine has; what matters is that the one function that looks at it works, and finds this program's name.
    let environment = Environment::of_process();
    assert!(environment.program_name().is_some_and(|name| name.contains("lookglass")), "{environment:?}");
    assert!(environment.get("PATH").is_some());
}
