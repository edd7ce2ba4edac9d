//! Placeholder.
fn main() {
    println!("hello");
}
