//! The figures beside the goals.

use lookglass_bench::measure::Line;

/// A column: the lines of one client.
struct Client<'l> {
    lines: Vec<&'l Line>,
    /// What its process takes with next to nothing to hold.
    floor: Option<u64>,
}

/// One figure of a column, as text.
type Figure = fn(&Client<'_>) -> Option<String>;

/// What is asked, of whom, and what is aimed at: typed and dynamic.
const ROWS: [(&str, Figure, &str, &str); 18] = [
    ("wall time to sync, s", sync_wall, "0.45", "0.80"),
    ("CPU to sync, us an object", sync_cpu, "", ""),
    ("the same, later packing counted", settled_cpu, "9", "15"),
    ("resident, settled and given back, KB an object", resident, "0.8", "0.9"),
    ("the same, as the allocator had it", resident_before, "", ""),
    ("resident with a dozen objects, MB", |client| client.floor.map(|floor| short(floor as f64 / 1e6)), "", ""),
    ("resident above that, KB an object", above_floor, "", ""),
    ("resident after changes, settled, KB an object", resident_after, "", ""),
    ("most / settled memory, first list", peak, "1.15", "1.15"),
    ("most / settled memory, relist unchanged", relist_peak, "1.15", "1.15"),
    ("relist unchanged, CPU us an object", |client| client.figure("relist", |line| line.cpu_us), "", ""),
    ("CPU us a change, to one handler", |client| client.figure("events", |line| line.cpu_us), "8", "14"),
    ("thousand changes a second", |client| client.figure("events", |line| 1e3 / line.wall_us), "120", "70"),
    ("latency p50 / p99, us", latency, "45 / 200", "50 / 300"),
    (
        "500 by label selector, us",
        |client| client.figure("query: by label selector", |line| line.wall_us),
        "1000",
        "1000",
    ),
    ("500 by label index, us", |client| client.figure("query: by label index", |line| line.wall_us), "10", "10"),
    (
        "500 typed by selector with index, second time, us",
        |client| client.figure("query: typed, second time", |line| line.wall_us),
        "50",
        "",
    ),
    ("changes told, %", |client| client.figure("events", |line| line.told.unwrap_or(1.0) * 100.0), "", ""),
];

impl<'l> Client<'l> {
    fn of(lines: &'l [Line], floors: &[Line], name: &str) -> Self {
        let floor = floors.iter().rfind(|line| line.client == name).map(Line::needed);
        Self { lines: lines.iter().filter(|line| line.client == name).collect(), floor }
    }

    fn line(&self, what: &str) -> Option<&'l Line> {
        self.lines.iter().find(|line| line.what == what).copied()
    }

    fn figure(&self, what: &str, figure: fn(&Line) -> f64) -> Option<String> {
        self.line(what).map(|line| short(figure(line)))
    }
}

/// Prints everything beside the goals.
pub(super) fn print(uniform: &[Line], diverse: &[Line], floors: &[Line]) {
    const CLIENTS: [(&str, &str); 8] = [
        ("client-go typed", "client-go typed protobuf"),
        ("client-go dynamic", "client-go dynamic json"),
        ("kube glibc", "kube typed json pages glibc"),
        ("kube jemalloc", "kube typed json streaming list jemalloc"),
        ("lookglass typed", TYPED),
        ("lookglass dynamic", DYNAMIC),
        ("lookglass typed, raw", "lookglass typed protobuf raw jemalloc"),
        ("lookglass typed, HTTP/2", "lookglass typed protobuf auto http/2 jemalloc"),
    ];
    println!("\n## Beside the goals\n");
    let names: Vec<&str> = CLIENTS.iter().map(|(name, _)| *name).collect();
    println!("| | {} | goal, typed | goal, dynamic |", names.join(" | "));
    println!("|{}", " --- |".repeat(CLIENTS.len() + 3));
    for (what, figure, typed, dynamic) in ROWS {
        let cells: Vec<String> =
            CLIENTS.iter().map(|(_, name)| figure(&Client::of(uniform, floors, name)).unwrap_or_default()).collect();
        println!("| {what} | {} | {typed} | {dynamic} |", cells.join(" | "));
    }
    println!("\n| lookglass, further | typed | dynamic | goal, typed | goal, dynamic |");
    println!("| --- | --- | --- | --- | --- |");
    let ours = |lines: &[Line], figure: Figure| {
        [TYPED, DYNAMIC].map(|name| figure(&Client::of(lines, floors, name)).unwrap_or_default()).join(" | ")
    };
    println!(
        "| diverse fleet: resident, settled and given back, KB an object | {} | 1.6 | 1.8 |",
        ours(diverse, resident)
    );
    println!("| diverse fleet: resident above a dozen objects, KB an object | {} | | |", ours(diverse, above_floor));
    println!("| diverse fleet: CPU to sync and pack, us an object | {} | | |", ours(diverse, settled_cpu));
    let ten: Figure = |client| client.figure("events, 10 handlers", |line| line.cpu_us);
    println!("| ten handlers: CPU us a change | {} | 14 | 20 |", ours(uniform, ten));
    let decoded = Client::of(uniform, floors, "lookglass typed protobuf auto decoded jemalloc");
    let decoded = decoded.figure("events", |line| 1e3 / line.wall_us).unwrap_or_default();
    println!("| handler reads the typed object: thousand changes a second | {decoded} | | 55 | |");
    for (name, client) in [("kube jemalloc", CLIENTS[3].1), ("client-go typed", CLIENTS[0].1)] {
        let theirs = ten(&Client::of(uniform, floors, client)).unwrap_or_default();
        println!("| ten handlers of {name}: CPU us a change | {theirs} | | | |");
    }
}

const TYPED: &str = "lookglass typed protobuf auto jemalloc";
const DYNAMIC: &str = "lookglass dynamic json auto jemalloc";

fn sync_wall(client: &Client<'_>) -> Option<String> {
    client.figure("sync", |line| line.wall_us * line.items as f64 / 1e6)
}

fn sync_cpu(client: &Client<'_>) -> Option<String> {
    client.figure("sync", |line| line.cpu_us)
}

fn settled_cpu(client: &Client<'_>) -> Option<String> {
    let settling = client.line("settle").map_or(0.0, |line| line.cpu_us);
    client.line("sync").map(|line| short(line.cpu_us + settling))
}

/// What is resident when an informer has nothing left to do; peers never have.
fn settled<'l>(client: &Client<'l>) -> Option<&'l Line> {
    client.line("settle").or_else(|| client.line("sync"))
}

fn resident(client: &Client<'_>) -> Option<String> {
    settled(client).map(|line| short(line.needed() as f64 / 1024.0 / line.items as f64))
}

/// Before the allocator was told to give back what is free; client-go has been told in any case.
fn resident_before(client: &Client<'_>) -> Option<String> {
    let line = settled(client).filter(|line| line.given_back.is_some())?;
    Some(short(line.resident as f64 / 1024.0 / line.items as f64))
}

/// What the objects themselves take: the process with its code and threads is there without them.
fn above_floor(client: &Client<'_>) -> Option<String> {
    let line = settled(client)?;
    Some(short(line.needed().saturating_sub(client.floor?) as f64 / 1024.0 / line.items as f64))
}

fn resident_after(client: &Client<'_>) -> Option<String> {
    let after = client.line("settle after events").or_else(|| client.line("events"))?;
    client.line("sync").map(|sync| short(after.needed() as f64 / 1024.0 / sync.items as f64))
}

fn peak(client: &Client<'_>) -> Option<String> {
    ratio(client, "sync")
}

fn relist_peak(client: &Client<'_>) -> Option<String> {
    ratio(client, "relist")
}

fn ratio(client: &Client<'_>, what: &str) -> Option<String> {
    let steady = settled(client)?.needed() as f64;
    client.line(what).map(|line| short(line.peak_resident as f64 / steady))
}

fn latency(client: &Client<'_>) -> Option<String> {
    let line = client.line("latency")?;
    Some(format!("{} / {}", short(line.p50_us?), short(line.p99_us?)))
}

/// Three digits that matter.
fn short(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}
