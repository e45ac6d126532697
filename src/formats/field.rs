//! Which bytes of a field are text that can be restored.

use crate::corpus::lines::LONGEST_LINE;
use crate::error::{Error, Result};

/// The bytes of a field as text.
///
/// # Errors
///
/// If they are not UTF-8 or more than 64 MiB: the message says which, and where.
pub fn text_of(bytes: &[u8]) -> Result<&str> {
    if bytes.len() > LONGEST_LINE {
        return Err(Error::config("longer than 64 MiB"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        Error::config(format!("not valid UTF-8 at byte {}", error.valid_up_to() + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_or_why_it_is_none() {
        assert_eq!(text_of(b"").unwrap(), "");
        assert_eq!(text_of("Caf\u{e9}\n\0".as_bytes()).unwrap(), "Caf\u{e9}\n\0");
        let reason = |bytes: &[u8]| text_of(bytes).unwrap_err().to_string();
        assert_eq!(reason(b"caf\xe9"), "not valid UTF-8 at byte 4");
        assert_eq!(reason(&vec![b'a'; LONGEST_LINE + 1]), "longer than 64 MiB");
    }
}
