fn main() -> anyhow::Result<()> {
    let dir = std::env::args().nth(1).unwrap();
    let (mut equal, mut total) = (0, 0);
    for report in lookglass_wire::replay_dir(std::path::Path::new(&dir))? {
        println!("{} {} of {}", report.file, report.equal(), report.outcomes.len());
        for (at, o) in report.outcomes.iter().enumerate() {
            if let Some(d) = &o.difference { println!("   {at} {}: {d}", o.label); }
        }
        for r in &report.remarks { println!("   ! {r}"); }
        equal += report.equal(); total += report.outcomes.len();
    }
    println!("equal {equal} of {total}");
    Ok(())
}
