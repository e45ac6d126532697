//! The Python module `unspin._unspin`: the library's types, seen from Python.
//!
//! Nothing is worked out here. Offsets are counted in characters, as Python's are; long
//! calls let other threads of Python run and end at a KeyboardInterrupt.

mod arrow;
mod errors;
mod evaluate;
mod model;
mod parts;
mod progress;
mod restored;
mod train;
mod work;

use pyo3::prelude::*;

#[pymodule]
fn _unspin(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<model::Model>()?;
    module.add_class::<parts::PartCounter>()?;
    module.add_class::<model::KnownPhrase>()?;
    module.add_class::<model::KnownOriginal>()?;
    module.add_class::<restored::Restored>()?;
    module.add_class::<restored::Restoration>()?;
    module.add_class::<restored::Edit>()?;
    module.add_class::<restored::Alternative>()?;
    module.add_function(wrap_pyfunction!(evaluate::evaluate, module)?)?;
    module.add_function(wrap_pyfunction!(parts::language_model, module)?)?;
    module.add_function(wrap_pyfunction!(train::train, module)?)
}
