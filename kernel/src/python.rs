//! The module `comity_kernel`: buffers in, buffers out, and the interpreter free meanwhile.
//!
//! `comity.kernel.native` is the only caller. It makes the node's errors of `Refused`, whose
//! arguments are a code and the position of the item (or None).

use crate::batch::{self, Question, ROUND, Sealing};
use crate::dalek::Dalek;
use crate::entries::{CONTEXT, ENTRY, INDEX, LABEL, SEALED};
use crate::refusal::Refusal;
use crate::search;
use crate::suite::{Items, OUTPUT};
#[cfg(target_arch = "x86_64")]
use crate::vector::Ifma;
use curve25519_dalek::RistrettoPoint;
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PySlice};
use rayon::{ThreadPool, ThreadPoolBuilder};
use zeroize::Zeroizing;

/// Entries of a set for each output looked up, up to which the set is copied: some kilobytes.
const FEW: usize = 100;

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

/// Return the ways of computing that this machine has, the fastest first.
fn ways() -> Vec<(&'static str, Way)> {
    #[cfg(target_arch = "x86_64")]
    if let Some(ifma) = Ifma::detect() {
        return vec![("ifma", Way::Ifma(ifma)), ("dalek", Way::Dalek)];
    }
    vec![("dalek", Way::Dalek)]
}

/// Do the same on whichever way was chosen.
macro_rules! on {
    ($kernel:expr, $path:ident => $work:expr) => {
        $kernel.pool.install(|| match $kernel.way {
            Way::Dalek => {
                let $path = Dalek;
                $work
            }
            #[cfg(target_arch = "x86_64")]
            Way::Ifma($path) => $work,
        })
    };
}

#[derive(Clone, Copy)]
enum Way {
    Dalek,
    #[cfg(target_arch = "x86_64")]
    Ifma(Ifma),
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
        let mut ways = ways().into_iter();
        let (path, way) = match path {
            None => ways.next(),
            Some(wanted) => ways.find(|(name, _)| *name == wanted),
        }
        .ok_or_else(|| PyValueError::new_err("path"))?;
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("comity-kernel-{number}"))
            .build()
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let threads = pool.current_num_threads();
        Ok(Self { way, pool, path, threads })
    }

    fn scalars<'py>(&self, py: Python<'py>, random: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &batch::scalars(random)?))
    }

    fn public_key<'py>(&self, py: Python<'py>, key: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let key = Zeroizing::new(batch::read_scalar(key)?);
        Ok(PyBytes::new(py, RistrettoPoint::mul_base(&key).compress().as_bytes()))
    }

    fn blind<'py>(
        &self,
        py: Python<'py>,
        data: &[u8],
        ends: &Bound<'py, PyAny>,
        blinds: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ends = numbers(ends)?;
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
        ends: &Bound<'py, PyAny>,
        blinds: &[u8],
        blinded: &[u8],
        evaluated: &[u8],
        proof: &[u8],
        public_key: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ends = numbers(ends)?;
        let inputs = items(data, &ends)?;
        let asked = Question { inputs, blinds, blinded, evaluated, proof, public_key };
        let found = py.detach(|| on!(self, path => batch::finalise(path, asked)))?;
        Ok(PyBytes::new(py, &found))
    }

    /// Evaluate inputs in rounds. Between them signals are handled, and `watch` hears how many are
    /// done; it may raise to end the work.
    #[pyo3(signature = (key, data, ends, watch = None))]
    fn tag<'py>(
        &self,
        py: Python<'py>,
        key: &[u8],
        data: &[u8],
        ends: &Bound<'py, PyAny>,
        watch: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let key = Zeroizing::new(batch::read_scalar(key)?);
        let ends = numbers(ends)?;
        let inputs = items(data, &ends)?;
        PyBytes::new_with(py, inputs.len() * OUTPUT, |out| {
            for (number, part) in out.chunks_mut(ROUND * OUTPUT).enumerate() {
                let start = number * ROUND;
                let stop = start + part.len() / OUTPUT;
                let some = inputs.part(start, stop);
                py.detach(|| on!(self, path => batch::tag(path, &key, some, part)))
                    .map_err(|one| one.shifted(start))?;
                py.check_signals()?;
                if let Some(watch) = watch {
                    watch.call1((stop,))?;
                }
            }
            Ok(())
        })
    }

    fn index<'py>(
        &self,
        py: Python<'py>,
        outputs: &[u8],
        context: &[u8],
        ordinals: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ordinals = numbers(ordinals)?;
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
        ordinals: &Bound<'py, PyAny>,
        labels: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ordinals = numbers(ordinals)?;
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
        ordinals: &Bound<'py, PyAny>,
        sealed: &[u8],
    ) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        let ordinals = numbers(ordinals)?;
        check(context, ordinals.len(), [(outputs.len(), OUTPUT), (sealed.len(), SEALED)])?;
        let (labels, good) =
            py.detach(|| on!(self, path => batch::open(path, outputs, context, &ordinals, sealed)));
        let good: Vec<u8> = good.into_iter().map(u8::from).collect();
        Ok((PyBytes::new(py, &labels), PyBytes::new(py, &good)))
    }

    /// Look outputs up: the numbers of those that were found, and the labels, 32 bytes each.
    fn look_up<'py>(
        &self,
        py: Python<'py>,
        outputs: &[u8],
        context: &[u8],
        entries: &Bound<'py, PyAny>,
        ordinals: u16,
    ) -> PyResult<(Vec<u64>, Bound<'py, PyBytes>)> {
        check(context, outputs.len() / OUTPUT, [(outputs.len(), OUTPUT)])?;
        let count = entries.len()? / ENTRY;
        // Few entries are taken as a whole; of many, what is near to what is asked.
        let few = count <= FEW * (outputs.len() / OUTPUT);
        let whole: Vec<u8> =
            if few && count > 0 { PyBuffer::get(entries)?.to_vec(py)? } else { vec![] };
        let mut found: Vec<(usize, u16, [u8; LABEL])> = Vec::new();
        let mut going: Vec<usize> = (0..outputs.len() / OUTPUT).collect();
        for ordinal in 0..ordinals {
            let asked = gathered(outputs, &going);
            let same = vec![ordinal; going.len()];
            let places =
                py.detach(|| on!(self, path => batch::index(path, &asked, context, &same)));
            let (mut sealed, mut stored) = (Vec::new(), Vec::new());
            for (i, place) in going.into_iter().zip(places.as_chunks::<INDEX>().0) {
                let found = if few {
                    let near = |start, stop| Ok::<_, PyErr>(&whole[start * ENTRY..stop * ENTRY]);
                    search::find(count, place, near)?
                } else {
                    search::find(count, place, |start, stop| part(entries, start, stop))?
                };
                if let Some(entry) = found {
                    sealed.extend(&entry[INDEX..]);
                    stored.push(i);
                }
            }
            going = stored;
            if going.is_empty() {
                break;
            }
            let (asked, same) = (gathered(outputs, &going), vec![ordinal; going.len()]);
            let (labels, good) =
                py.detach(|| on!(self, path => batch::open(path, &asked, context, &same, &sealed)));
            let opened = going.iter().zip(labels.as_chunks::<LABEL>().0).zip(good);
            let ours =
                opened.filter_map(|((&i, label), good)| good.then_some((i, ordinal, *label)));
            let first = found.len();
            found.extend(ours);
            going = found[first..].iter().map(|hit| hit.0).collect();
            py.check_signals()?;
        }
        found.sort_unstable_by_key(|hit| (hit.0, hit.1));
        let labels: Vec<u8> = found.iter().flat_map(|hit| hit.2).collect();
        let numbers = found.iter().map(|hit| hit.0 as u64).collect();
        Ok((numbers, PyBytes::new(py, &labels)))
    }
}

/// Read entries from a buffer of the interpreter's, a mapped file maybe.
fn part(entries: &Bound<'_, PyAny>, start: usize, stop: usize) -> PyResult<Vec<u8>> {
    let range = PySlice::new(entries.py(), at(start)?, at(stop)?, 1);
    PyBuffer::get(&entries.get_item(range)?)?.to_vec(entries.py())
}

fn at(entry: usize) -> PyResult<isize> {
    Ok(isize::try_from(entry * ENTRY)?)
}

fn gathered(outputs: &[u8], which: &[usize]) -> Vec<u8> {
    which.iter().flat_map(|&i| &outputs[i * OUTPUT..(i + 1) * OUTPUT]).copied().collect()
}

/// Copy an array. One without items may have no address, and so no alignment.
fn numbers<T: Element>(array: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    if array.len()? == 0 { Ok(Vec::new()) } else { PyBuffer::get(array)?.to_vec(array.py()) }
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
    let names: Vec<&str> = ways().into_iter().map(|(name, _)| name).collect();
    module.add("PATHS", names)?;
    module.add("Refused", module.py().get_type::<Refused>())?;
    module.add_class::<Kernel>()
}
