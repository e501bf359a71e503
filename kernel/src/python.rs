//! The module `comity_kernel`: buffers in, buffers out, and the interpreter free meanwhile.
//!
//! `comity.kernel.native` is the only caller. It makes the node's errors of `Refused`, whose
//! arguments are a code and the position of the item (or None).

use crate::batch::{self, Question, ROUND, Sealing};
use crate::dalek::Dalek;
use crate::entries::{CONTEXT, ENTRY, LABEL, SEALED};
use crate::refusal::Refusal;
use crate::suite::{Items, OUTPUT};
use curve25519_dalek::RistrettoPoint;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rayon::{ThreadPool, ThreadPoolBuilder};
use zeroize::Zeroizing;

pyo3::create_exception!(comity_kernel, Refused, pyo3::exceptions::PyException);

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Element(_) => "element-invalid",
            Refusal::Input(_) => "input-invalid",
            Refusal::Scalar | Refusal::Blind(_) => "scalar-invalid",
            Refusal::Proof => "proof-invalid",
        };
        Refused::new_err((code, refusal.position()))
    }
}

/// The ways of computing that this machine has, the fastest first.
const PATHS: &[&str] = &["dalek"];

/// Do the same on whichever way was chosen.
macro_rules! on {
    ($kernel:expr, $path:ident => $work:expr) => {
        $kernel.pool.install(|| match $kernel.way {
            Way::Dalek => {
                let $path = Dalek;
                $work
            }
        })
    };
}

#[derive(Clone, Copy)]
enum Way {
    Dalek,
}

/// A kernel: a way of computing, and threads of its own.
#[pyclass(frozen, module = "comity_kernel")]
struct Kernel {
    way: Way,
    pool: ThreadPool,
    /// The way's name.
    #[pyo3(get)]
    path: &'static str,
    /// How many threads there are.
    #[pyo3(get)]
    threads: usize,
}

#[pymethods]
impl Kernel {
    #[new]
    #[pyo3(signature = (threads = 0, path = None))]
    fn new(threads: usize, path: Option<&str>) -> PyResult<Self> {
        let (way, path) = match path.unwrap_or(PATHS[0]) {
            "dalek" => (Way::Dalek, "dalek"),
            other => return Err(PyValueError::new_err(other.to_owned())),
        };
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("comity-kernel-{number}"))
            .build()
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let threads = pool.current_num_threads();
        Ok(Self { way, pool, path, threads })
    }

    fn scalar<'py>(&self, py: Python<'py>, random: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let found = Zeroizing::new(batch::scalar(&*wide(random)?)?);
        Ok(PyBytes::new(py, found.as_bytes()))
    }

    fn public_key<'py>(&self, py: Python<'py>, key: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let key = Zeroizing::new(batch::read_scalar(key)?);
        Ok(PyBytes::new(py, RistrettoPoint::mul_base(&key).compress().as_bytes()))
    }

    fn blind<'py>(
        &self,
        py: Python<'py>,
        data: &[u8],
        ends: PyBuffer<u64>,
        blinds: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ends = ends.to_vec(py)?;
        let inputs = items(data, &ends)?;
        let found = py.detach(|| on!(self, path => batch::blind(path, inputs, blinds)))?;
        Ok(PyBytes::new(py, &found))
    }

    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        key: &[u8],
        blinded: &[u8],
        random: &[u8],
    ) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        let random = wide(random)?;
        let (evaluated, proof) =
            py.detach(|| on!(self, path => batch::evaluate(path, key, blinded, &random)))?;
        Ok((PyBytes::new(py, &evaluated), PyBytes::new(py, &proof)))
    }

    #[allow(clippy::too_many_arguments)] // the interface's
    fn finalise<'py>(
        &self,
        py: Python<'py>,
        data: &[u8],
        ends: PyBuffer<u64>,
        blinds: &[u8],
        blinded: &[u8],
        evaluated: &[u8],
        proof: &[u8],
        public_key: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ends = ends.to_vec(py)?;
        let inputs = items(data, &ends)?;
        let asked = Question { inputs, blinds, blinded, evaluated, proof, public_key };
        let found = py.detach(|| on!(self, path => batch::finalise(path, asked)))?;
        Ok(PyBytes::new(py, &found))
    }

    /// Evaluate inputs; `watch` hears how many are done, and may raise to end it.
    #[pyo3(signature = (key, data, ends, watch = None))]
    fn tag<'py>(
        &self,
        py: Python<'py>,
        key: &[u8],
        data: &[u8],
        ends: PyBuffer<u64>,
        watch: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let key = Zeroizing::new(batch::read_scalar(key)?);
        let ends = ends.to_vec(py)?;
        let inputs = items(data, &ends)?;
        self.rounds(py, inputs, OUTPUT, watch, |start, stop, out| {
            on!(self, path => batch::tag(path, &key, inputs.part(start, stop), out))
        })
    }

    /// Make entries of inputs; `watch` as in `tag`.
    #[allow(clippy::too_many_arguments)] // the interface's
    #[pyo3(signature = (key, data, ends, context, ordinals, labels, watch = None))]
    fn tag_entries<'py>(
        &self,
        py: Python<'py>,
        key: &[u8],
        data: &[u8],
        ends: PyBuffer<u64>,
        context: &[u8],
        ordinals: PyBuffer<u16>,
        labels: &[u8],
        watch: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let key = Zeroizing::new(batch::read_scalar(key)?);
        let ends = ends.to_vec(py)?;
        let inputs = items(data, &ends)?;
        let ordinals = ordinals.to_vec(py)?;
        check(context, inputs.len(), [(ordinals.len(), 1), (labels.len(), LABEL)])?;
        let sealing = Sealing { context, ordinals: &ordinals, labels };
        self.rounds(py, inputs, ENTRY, watch, |start, stop, out| {
            let (inputs, sealing) = (inputs.part(start, stop), sealing.part(start, stop));
            on!(self, path => batch::tag_entries(path, &key, inputs, sealing, out))
        })
    }

    fn index<'py>(
        &self,
        py: Python<'py>,
        outputs: &[u8],
        context: &[u8],
        ordinals: PyBuffer<u16>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ordinals = ordinals.to_vec(py)?;
        check(context, ordinals.len(), [(outputs.len(), OUTPUT)])?;
        let found =
            py.detach(|| on!(self, path => batch::index(path, outputs, context, &ordinals)));
        Ok(PyBytes::new(py, &found))
    }

    fn seal<'py>(
        &self,
        py: Python<'py>,
        outputs: &[u8],
        context: &[u8],
        ordinals: PyBuffer<u16>,
        labels: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ordinals = ordinals.to_vec(py)?;
        check(context, ordinals.len(), [(outputs.len(), OUTPUT), (labels.len(), LABEL)])?;
        let sealing = Sealing { context, ordinals: &ordinals, labels };
        let made = py.detach(|| on!(self, path => batch::seal(path, outputs, sealing)));
        Ok(PyBytes::new(py, &made))
    }

    /// Open labels: all of them in one buffer, and one byte for each, 1 where it opened.
    fn open<'py>(
        &self,
        py: Python<'py>,
        outputs: &[u8],
        context: &[u8],
        ordinals: PyBuffer<u16>,
        sealed: &[u8],
    ) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        let ordinals = ordinals.to_vec(py)?;
        check(context, ordinals.len(), [(outputs.len(), OUTPUT), (sealed.len(), SEALED)])?;
        let (labels, good) =
            py.detach(|| on!(self, path => batch::open(path, outputs, context, &ordinals, sealed)));
        let good: Vec<u8> = good.into_iter().map(u8::from).collect();
        Ok((PyBytes::new(py, &labels), PyBytes::new(py, &good)))
    }
}

impl Kernel {
    /// Work in rounds; between them signals are handled, and the watch is told.
    fn rounds<'py>(
        &self,
        py: Python<'py>,
        inputs: Items<'_>,
        size: usize,
        watch: Option<Bound<'py, PyAny>>,
        work: impl Fn(usize, usize, &mut [u8]) -> Result<(), Refusal> + Sync,
    ) -> PyResult<Bound<'py, PyBytes>> {
        PyBytes::new_with(py, inputs.len() * size, |out| {
            for (number, part) in out.chunks_mut(ROUND * size).enumerate() {
                let start = number * ROUND;
                let stop = start + part.len() / size;
                py.detach(|| work(start, stop, part)).map_err(|one| one.shifted(start))?;
                py.check_signals()?;
                if let Some(watch) = &watch {
                    watch.call1((stop,))?;
                }
            }
            Ok(())
        })
    }
}

fn items<'a>(data: &'a [u8], ends: &'a [u64]) -> PyResult<Items<'a>> {
    Items::new(data, ends).ok_or_else(|| PyValueError::new_err("ends"))
}

fn wide(random: &[u8]) -> PyResult<Zeroizing<[u8; 64]>> {
    let wide = random.try_into().map_err(|_| PyErr::from(Refusal::Scalar))?;
    Ok(Zeroizing::new(wide))
}

/// Check the context and that buffers have `count` items of their sizes.
fn check<const N: usize>(
    context: &[u8],
    count: usize,
    buffers: [(usize, usize); N],
) -> PyResult<()> {
    if context.len() != CONTEXT {
        return Err(Refusal::Input(0).into());
    }
    for (length, size) in buffers {
        if length != count * size {
            return Err(Refusal::Input(count.min(length / size)).into());
        }
    }
    Ok(())
}

#[pymodule]
fn comity_kernel(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("PATHS", PATHS.to_vec())?;
    module.add("Refused", module.py().get_type::<Refused>())?;
    module.add_class::<Kernel>()
}
