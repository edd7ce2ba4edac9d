//! The rules, one by one: a machine is told what happens in a line each, and says what it does.

mod lists;
mod play;
mod repairs;
mod watches;
