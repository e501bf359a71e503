//! What each step costs, in nanoseconds per item: the best of many short runs in one thread.

use comity_kernel::batch::{self, CHUNK, Question, Sealing};
use comity_kernel::dalek::Dalek;
use comity_kernel::path::{Path, Scalars};
use comity_kernel::suite::Items;
use comity_kernel::vector::Ifma;
use cpu_time::ProcessTime;
use curve25519_dalek::Scalar;
use sha2::{Digest, Sha512};

#[allow(clippy::cast_precision_loss)] // thousands
fn best(items: usize, mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..60 {
        let start = ProcessTime::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best * 1e9 / items as f64
}

fn steps<P: Path>(name: &str, path: P) {
    let data: Vec<u8> = (0..16 * CHUNK as u32).flat_map(u32::to_le_bytes).collect();
    let ends: Vec<u64> = (1..=CHUNK as u64).map(|i| i * 25).collect();
    let inputs = Items::new(&data, &ends).unwrap();
    let each: Vec<Scalar> = (0..CHUNK)
        .map(|i| {
            let wide: [u8; 64] = Sha512::digest((i as u64).to_le_bytes()).into();
            Scalar::from_bytes_mod_order_wide(&wide)
        })
        .collect();
    let points = path.hash(inputs).unwrap();
    let mut elements = vec![0; CHUNK * 32];
    path.multiply(&points, Scalars::One(&each[0]), &mut elements);
    let mut out = vec![0; CHUNK * 64];
    let mut entries = vec![0; CHUNK * 58];
    path.finish(inputs, &elements, &mut out);
    let ordinals = vec![0; CHUNK];
    let all = [
        ("hash", best(CHUNK, || drop(path.hash(inputs).unwrap()))),
        ("decode", best(CHUNK, || drop(path.decode(&elements).unwrap()))),
        (
            "multiply one",
            best(CHUNK, || path.multiply(&points, Scalars::One(&each[0]), &mut elements.clone())),
        ),
        (
            "multiply each",
            best(CHUNK, || path.multiply(&points, Scalars::Each(&each), &mut elements.clone())),
        ),
        (
            "sum",
            best(16 * CHUNK, || {
                let points: Vec<_> = (0..16).map(|_| path.decode(&elements).unwrap()).collect();
                let weights = each.repeat(16);
                path.sum(&weights, &points);
            }),
        ),
        ("finish", best(CHUNK, || path.finish(inputs, &elements, &mut out.clone()))),
        (
            "seal",
            best(CHUNK, || path.seal(&out, &[7; 32], &ordinals, &data[..CHUNK * 32], &mut entries)),
        ),
        ("weights", best(CHUNK, || drop(path.weights(&[7; 64], 0, &elements, &elements)))),
        (
            "invert",
            best(CHUNK, || {
                Scalar::invert_batch_alloc(&mut each.clone());
            }),
        ),
    ];
    for (step, cost) in all {
        println!("{name:8} {step:14} {cost:8.0} ns");
    }
}

fn questions<P: Path>(name: &str, path: P, count: usize) {
    let data: Vec<u8> = (0..7 * count as u32).flat_map(u32::to_le_bytes).collect();
    let ends: Vec<u64> = (1..=count as u64).map(|i| i * 25).collect();
    let inputs = Items::new(&data, &ends).unwrap();
    let mut blinds = Vec::new();
    for i in 0..count {
        let wide: [u8; 64] = Sha512::digest((i as u64).to_le_bytes()).into();
        blinds.extend(Scalar::from_bytes_mod_order_wide(&wide).to_bytes());
    }
    let key = batch::read_scalar(&blinds[..32]).unwrap();
    let public_key = curve25519_dalek::RistrettoPoint::mul_base(&key).compress().to_bytes();
    let blinded = batch::blind(path, inputs, &blinds).unwrap();
    let (evaluated, proof) = batch::evaluate(path, &blinds[..32], &blinded, &[9; 64]).unwrap();
    let asked = Question {
        inputs,
        blinds: &blinds,
        blinded: &blinded,
        evaluated: &evaluated,
        proof: &proof,
        public_key: &public_key,
    };
    let (ordinals, labels) = (vec![0; count], vec![3; count * 32]);
    let sealing = Sealing { context: &[7; 32], ordinals: &ordinals, labels: &labels };
    let mut outputs = vec![0; count * 64];
    let all = [
        best(count, || {
            batch::tag(path, &key, inputs, &mut outputs).unwrap();
            drop(batch::seal(path, &outputs, sealing));
        }),
        best(count, || drop(batch::blind(path, inputs, &blinds).unwrap())),
        best(count, || drop(batch::evaluate(path, &blinds[..32], &blinded, &[9; 64]).unwrap())),
        best(count, || drop(batch::finalise(path, asked).unwrap())),
    ];
    println!(
        "{name:8} {count} items: tag to entry {:.0}, blind {:.0}, evaluate {:.0}, finalise {:.0}, question {:.0} ns",
        all[0],
        all[1],
        all[2],
        all[3],
        all[1] + all[2] + all[3]
    );
}

/// The best and the middle one of many runs, to compare builds with.
fn multiplication<P: Path>(path: P) {
    let data = vec![7; CHUNK];
    let ends: Vec<u64> = (1..=CHUNK as u64).collect();
    let points = path.hash(Items::new(&data, &ends).unwrap()).unwrap();
    let (scalar, mut out) = (-Scalar::from(7u8).invert(), vec![0; CHUNK * 32]);
    let mut times: Vec<u128> = (0..400)
        .map(|_| {
            let start = ProcessTime::now();
            path.multiply(&points, Scalars::One(&scalar), &mut out);
            start.elapsed().as_nanos() / CHUNK as u128
        })
        .collect();
    times.sort_unstable();
    println!("multiply: best {}, middle {} ns", times[0], times[200]);
}

fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    if only == "multiply" {
        multiplication(Ifma::detect().expect("the instructions"));
        return;
    }
    if let Some(ifma) = Ifma::detect() {
        steps("ifma", ifma);
        questions("ifma", ifma, 2048);
    }
    if only != "ifma" {
        steps("dalek", Dalek);
        questions("dalek", Dalek, 2048);
    }
}
