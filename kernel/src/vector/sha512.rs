//! SHA-512 (FIPS 180-4) of eight messages at once.

use super::lanes::{LANES, V, load};
use core::arch::x86_64::{
    __mmask8, _mm512_add_epi64, _mm512_mask_blend_epi64, _mm512_ror_epi64, _mm512_set1_epi64,
    _mm512_srli_epi64, _mm512_ternarylogic_epi64,
};

/// Bytes of a block.
pub const BLOCK: usize = 128;

/// The state of eight hashes; at their end, the words of eight digests, big-endian.
#[derive(Clone, Copy)]
pub struct State(pub [V; 8]);

const INITIAL: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

const ROUNDS: [u64; 80] = [
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
];

/// Return a word in all lanes.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn word(of: u64) -> V {
    _mm512_set1_epi64(of as i64)
}

/// Return the state that all hashes start from.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn initial() -> State {
    let mut state = [word(0); 8];
    for i in 0..8 {
        state[i] = word(INITIAL[i]);
    }
    State(state)
}

/// Write something sixteen times, with a constant counting: the compiler would make a loop of it.
macro_rules! sixteen_times {
    ($t:ident => $what:expr) => {
        sixteen_times!($t => $what; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    ($t:ident => $what:expr; $($n:literal)*) => {
        $({ #[allow(non_upper_case_globals)] const $t: usize = $n; $what; })*
    };
}

/// Take one more block into all eight states.
#[inline(never)]
#[target_feature(enable = "avx512f")]
pub fn compress(state: &State, block: &[V; 16]) -> State {
    let mut w = *block;
    let mut s = state.0;
    for sixteen in 0..4 {
        let k = &ROUNDS[16 * sixteen..][..16];
        sixteen_times!(t => {
            round::<t>(&mut s, k[t], w[t]);
            w[t] = next_word::<t>(&w);
        });
    }
    let k = &ROUNDS[64..];
    sixteen_times!(t => round::<t>(&mut s, k[t], w[t]));
    let mut out = state.0;
    for i in 0..8 {
        out[i] = _mm512_add_epi64(out[i], s[i]);
    }
    State(out)
}

/// Return the word that takes the t-th one's place, sixteen rounds on.
#[inline]
#[target_feature(enable = "avx512f")]
fn next_word<const T: usize>(w: &[V; 16]) -> V {
    let (w1, w14) = (w[(T + 1) % 16], w[(T + 14) % 16]);
    let small0 =
        xor(_mm512_ror_epi64::<1>(w1), _mm512_ror_epi64::<8>(w1), _mm512_srli_epi64::<7>(w1));
    let small1 =
        xor(_mm512_ror_epi64::<19>(w14), _mm512_ror_epi64::<61>(w14), _mm512_srli_epi64::<6>(w14));
    let both = _mm512_add_epi64(small0, small1);
    _mm512_add_epi64(_mm512_add_epi64(w[T], w[(T + 9) % 16]), both)
}

/// One round; the variables move by one place each time instead of being copied.
#[inline]
#[target_feature(enable = "avx512f")]
fn round<const T: usize>(s: &mut [V; 8], k: u64, w: V) {
    let at = |letter: usize| (letter + 16 - T % 8) % 8;
    let (a, b, c) = (s[at(0)], s[at(1)], s[at(2)]);
    let (e, f, g) = (s[at(4)], s[at(5)], s[at(6)]);
    let big1 = xor(_mm512_ror_epi64::<14>(e), _mm512_ror_epi64::<18>(e), _mm512_ror_epi64::<41>(e));
    // 0xca is "e chooses f or g", 0xe8 the majority.
    let ch = _mm512_ternarylogic_epi64::<0xca>(e, f, g);
    let kw = _mm512_add_epi64(w, word(k));
    let t1 = _mm512_add_epi64(_mm512_add_epi64(s[at(7)], kw), _mm512_add_epi64(big1, ch));
    let big0 = xor(_mm512_ror_epi64::<28>(a), _mm512_ror_epi64::<34>(a), _mm512_ror_epi64::<39>(a));
    let maj = _mm512_ternarylogic_epi64::<0xe8>(a, b, c);
    s[at(3)] = _mm512_add_epi64(s[at(3)], t1);
    s[at(7)] = _mm512_add_epi64(t1, _mm512_add_epi64(big0, maj));
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi64::<0x96>(a, b, c)
}

/// Messages of eight lanes that come in parts, padded as the standard says.
///
/// They go on from a state that has taken `before` bytes, whole blocks.
pub struct Messages {
    bytes: Vec<[u8; BLOCK]>,
    blocks: [usize; LANES],
    most: usize,
    before: usize,
}

impl Messages {
    /// Take messages of at most `longest` bytes each.
    pub fn new(before: usize, longest: usize) -> Self {
        let most = (longest + 17).div_ceil(BLOCK);
        Self { bytes: vec![[0; BLOCK]; most * LANES], blocks: [0; LANES], most, before }
    }

    /// Set the message of a lane. A lane that none is set for keeps its state.
    pub fn set(&mut self, lane: usize, parts: &[&[u8]]) {
        let own = &mut self.bytes[lane * self.most..][..self.most];
        let own = own.as_flattened_mut();
        let mut at = 0;
        for part in parts {
            own[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        let blocks = (at + 17).div_ceil(BLOCK);
        own[at] = 0x80;
        own[at + 1..blocks * BLOCK - 8].fill(0);
        let bits = (self.before + at) as u64 * 8;
        own[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&bits.to_be_bytes());
        self.blocks[lane] = blocks;
    }

    /// Hash them all, from a state on.
    #[target_feature(enable = "avx512f")]
    pub fn digest(&self, from: &State) -> State {
        let mut state = *from;
        for number in 0..self.blocks.into_iter().max().unwrap_or(0) {
            let mut words = [[0; LANES]; 16];
            let mut going: __mmask8 = 0;
            for lane in 0..LANES {
                if number < self.blocks[lane] {
                    going |= 1 << lane;
                    let block = &self.bytes[lane * self.most + number];
                    for (to, from) in words.iter_mut().zip(block.as_chunks::<8>().0) {
                        to[lane] = u64::from_be_bytes(*from);
                    }
                }
            }
            let mut block = [word(0); 16];
            for (to, from) in block.iter_mut().zip(&words) {
                *to = load(from);
            }
            let next = compress(&state, &block);
            for i in 0..8 {
                state.0[i] = _mm512_mask_blend_epi64(going, state.0[i], next.0[i]);
            }
        }
        state
    }
}
