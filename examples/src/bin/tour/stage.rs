//! How the tour looks: [`Stage`].

use std::{
    env,
    fmt::Display,
    io::{IsTerminal as _, Write as _, stdout},
    time::Duration,
};

use tokio::time::sleep;

/// What is printed, in colour and at a reader's pace in a terminal, plainly and at once elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    colour: bool,
    paced: bool,
    fast: bool,
}

/// What a text is, which is all that colours say.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    Good,
    Changed,
    Bad,
    Figure,
    Quiet,
    Title,
}

/// As wide as the widest line.
const WIDTH: usize = 84;

impl Stage {
    pub(crate) fn new(fast: bool, plain: bool) -> Self {
        let terminal = stdout().is_terminal();
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self { colour: terminal && wanted && !plain, paced: terminal && !fast, fast }
    }

    /// Whether nobody wants to wait.
    pub(crate) fn is_fast(self) -> bool {
        self.fast
    }

    pub(crate) fn paint(self, tone: Tone, text: impl Display) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Changed => "33",
            Tone::Bad => "31",
            Tone::Figure => "1;36",
            Tone::Quiet => "2",
            Tone::Title => "1",
        };
        let text = text.to_string();
        if self.colour && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
    }

    /// A figure with what it counts.
    pub(crate) fn figure(self, figure: impl Display) -> String {
        self.paint(Tone::Figure, figure)
    }

    /// Says where the tour takes place.
    pub(crate) fn opening(self, place: &str) {
        say(&format!(
            "\n   {}  a live reflection of Kubernetes, in your process\n",
            self.paint(Tone::Figure, "lookglass")
        ));
        place.lines().for_each(|line| say(&format!("   {line}")));
        if cfg!(debug_assertions) {
            self.aside("(Built quickly, and so it runs slowly; --release makes it several times as fast.)");
        }
    }

    /// Begins a chapter.
    pub(crate) async fn chapter(self, number: usize, title: &str, why: &str) {
        let rest = "─".repeat(WIDTH.saturating_sub(title.chars().count() + 8));
        say(&format!("\n{}\n", self.paint(Tone::Title, format!("── {number}  {title} {rest}"))));
        for line in why.lines() {
            say(&format!("   {line}"));
        }
        self.breathe(400).await;
    }

    /// Shows the lines between `// show: NAME` and the next `// shown` of a source.
    pub(crate) async fn code(self, source: &str, name: &str) {
        say("");
        let lines: Vec<&str> = section(source, name).collect();
        let margin = lines.iter().filter(|line| !line.is_empty()).map(|line| indentation(line)).min().unwrap_or(0);
        for line in lines {
            let line = line.get(margin..).unwrap_or_default();
            let comment = line.find("// ").unwrap_or(line.len());
            let (code, comment) = line.split_at(comment);
            say(&format!("   {} {code}{}", self.paint(Tone::Figure, "│"), self.paint(Tone::Quiet, comment)));
            self.breathe(35).await;
        }
        say("");
        self.breathe(300).await;
    }

    /// Something that the code gave.
    pub(crate) fn gave(self, text: impl Display) {
        say(&format!("   {} {text}", self.paint(Tone::Good, "→")));
    }

    /// A row of a table or of a log.
    pub(crate) fn row(self, text: impl Display) {
        say(&format!("     {text}"));
    }

    /// A word aside.
    pub(crate) fn aside(self, text: &str) {
        say(&format!("     {}", self.paint(Tone::Quiet, text)));
    }

    /// Lets the reader read.
    pub(crate) async fn breathe(self, milliseconds: u64) {
        if self.paced {
            sleep(Duration::from_millis(milliseconds)).await;
        }
    }

    pub(crate) fn farewell(self, requests: u64) {
        say(&format!("\n{}\n", self.paint(Tone::Title, format!("── That was it {}", "─".repeat(WIDTH - 16)))));
        say(&format!(
            "   The whole tour has asked the server {} times. Where to go from here:\n",
            self.figure(requests)
        ));
        for (command, what) in NEXT {
            say(&format!(
                "   {:<44} {}",
                self.paint(Tone::Good, format!("{command:<44}")),
                self.paint(Tone::Quiet, what)
            ));
        }
        say("");
    }
}

/// Prints a line. Whoever has closed the pipe has seen enough.
fn say(line: &str) {
    if writeln!(stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

/// What to type next.
const NEXT: &[(&str, &str)] = &[
    ("cargo run --bin tour -- --context NAME", "the same on a cluster of yours"),
    ("cargo run --bin informer", "the smallest informer; more in examples/"),
    ("cargo doc -p lookglass --no-deps --open", "the manual"),
];

fn section<'a>(source: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!("// show: {name}");
    let inside = source.lines().skip_while(move |line| line.trim() != begin).skip(1);
    inside.take_while(|line| line.trim() != "// shown")
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A time as people say it.
pub(crate) fn time(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds if seconds >= 0.001 => format!("{:.1} ms", seconds * 1e3),
        seconds => format!("{:.0} µs", seconds * 1e6),
    }
}

/// Bytes as people say them.
#[expect(clippy::cast_precision_loss, reason = "three digits are said")]
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes >= 1e6 => format!("{:.1} MB", bytes / 1e6),
        bytes if bytes >= 1e4 => format!("{:.0} KB", bytes / 1e3),
        _ => format!("{bytes} B"),
    }
}
