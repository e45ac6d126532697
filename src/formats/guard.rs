//! A library that panics on damaged files is held: its panics are errors here.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    static HELD: Cell<bool> = const { Cell::new(false) };
}

/// Runs `call`; a panic in it is an error with what the panic says. Whatever `call` was
/// changing is not to be used again then.
pub(super) fn held<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    let before = HELD.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    HELD.set(before);
    outcome.map_err(|panic| message(&*panic))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("of an unknown kind").to_string()
}

/// Lets panics that are held say nothing on standard error. For programs: a library does
/// not change what its program does when it panics.
pub(crate) fn quiet() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        if !HELD.get() {
            before(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_are_errors() {
        assert_eq!(held(|| 3), Ok(3));
        assert_eq!(held(|| panic!("at {}", 7)), Err::<(), _>("at 7".into()));
        assert_eq!(
            held(|| Vec::<u8>::new()[3]).map_err(|error| error.contains("index")),
            Err(true)
        );
        assert!(!HELD.get());
    }
}
