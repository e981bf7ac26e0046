//! One adapter with its queue: asking for it, what it can do, reading back from it, and its loss.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::Error;
use super::signal;

/// The largest buffer and binding asked for where the adapter offers more than WebGPU's default 128 MiB:
/// networks with inputs above about 700 × 700 need them.
const LARGEST_BINDING: u64 = 1 << 30;

/// The features that a device gets where the adapter has them.
const OPTIONAL: wgpu::Features =
    wgpu::Features::SUBGROUP.union(wgpu::Features::SHADER_F16).union(if cfg!(target_arch = "wasm32") {
        wgpu::Features::empty()
    } else {
        wgpu::Features::TIMESTAMP_QUERY
    });

/// Which adapter to prefer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preference {
    /// A discrete or integrated GPU; where there is none, whatever answers.
    #[default]
    Fastest,
    /// A software adapter, for tests that must not depend on the machine.
    Software,
}

/// What a device reported, kept until somebody asks.
#[derive(Debug, Default)]
struct Trouble {
    lost: Option<String>,
    fault: Option<Error>,
}

/// A GPU, ready to work. Clones are the same GPU.
#[derive(Clone, Debug)]
pub struct Device {
    device: wgpu::Device,
    queue: wgpu::Queue,
    name: String,
    software: bool,
    subgroup_size: u32,
    trouble: Arc<Mutex<Trouble>>,
}

/// A range of a buffer to read back, in bytes; both ends multiples of 4.
#[derive(Debug)]
pub struct Readback<'a> {
    /// A buffer with the usage `COPY_SRC`.
    pub buffer: &'a wgpu::Buffer,
    /// The bytes.
    pub range: Range<u64>,
}

/// Names that software rasterizers give themselves.
const SOFTWARE: [&str; 6] = ["llvmpipe", "lavapipe", "swiftshader", "softpipe", "basic render", "warp"];

fn is_software(info: &wgpu::AdapterInfo, words: &str) -> bool {
    let names = format!("{words} {} {} {}", info.name, info.driver, info.driver_info).to_lowercase();
    info.device_type == wgpu::DeviceType::Cpu || SOFTWARE.iter().any(|name| names.contains(name))
}

impl Device {
    /// Asks for a device. Natively through Vulkan, Metal or Direct3D 12, in the browser through
    /// `navigator.gpu`. It gets WebGPU's default limits, the adapter's larger buffers where it has them, and of
    /// the optional features half precision, and natively subgroups and timestamps.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] where nothing answers, [`Error::NoDevice`] where the adapter refuses.
    pub async fn request(preference: Preference) -> Result<Self, Error> {
        let (adapter, words) = Self::adapter(preference).await?;
        let info = adapter.get_info();
        let offered = adapter.limits();
        let limits = wgpu::Limits {
            max_buffer_size: offered.max_buffer_size.clamp(256 << 20, LARGEST_BINDING),
            max_storage_buffer_binding_size: offered
                .max_storage_buffer_binding_size
                .clamp(128 << 20, LARGEST_BINDING),
            ..wgpu::Limits::default()
        };
        let features = adapter.features() & OPTIONAL;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("vitrine"),
            required_features: features,
            required_limits: limits,
            ..wgpu::DeviceDescriptor::default()
        };
        let name = if words.trim().is_empty() { "unnamed".into() } else { words.trim().to_owned() };
        let (device, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|e| Error::NoDevice { adapter: name.clone(), reason: e.to_string() })?;

        let trouble = Arc::new(Mutex::new(Trouble::default()));
        let lost = Arc::clone(&trouble);
        device.set_device_lost_callback(move |reason, message| {
            let why = if message.is_empty() { format!("{reason:?}").to_lowercase() } else { message };
            lost.lock().unwrap_or_else(PoisonError::into_inner).lost.get_or_insert(why);
        });
        let fault = Arc::clone(&trouble);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let error = match error {
                wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory("the work".into()),
                other => Error::Refused(first_line(&other.to_string())),
            };
            fault.lock().unwrap_or_else(PoisonError::into_inner).fault.get_or_insert(error);
        }));
        let subgroups = features.contains(wgpu::Features::SUBGROUP);
        let subgroup_size = if subgroups { info.subgroup_min_size } else { 0 };
        Ok(Self { device, queue, name, software: is_software(&info, &words), subgroup_size, trouble })
    }

    /// The adapter and what it is called.
    #[cfg(not(target_arch = "wasm32"))]
    async fn adapter(preference: Preference) -> Result<(wgpu::Adapter, String), Error> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
            flags: wgpu::InstanceFlags::empty(),
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
        let rank = |adapter: &wgpu::Adapter| {
            let info = adapter.get_info();
            match info.device_type {
                _ if is_software(&info, "") => 4,
                wgpu::DeviceType::DiscreteGpu => 0,
                wgpu::DeviceType::IntegratedGpu => 1,
                wgpu::DeviceType::VirtualGpu => 2,
                _ => 3,
            }
        };
        let chosen = match preference {
            Preference::Fastest => adapters.into_iter().min_by_key(rank),
            Preference::Software => adapters.into_iter().find(|a| is_software(&a.get_info(), "")),
        };
        let adapter = chosen.ok_or(Error::NoAdapter)?;
        let name = adapter.get_info().name;
        Ok((adapter, name))
    }

    #[cfg(target_arch = "wasm32")]
    async fn adapter(preference: Preference) -> Result<(wgpu::Adapter, String), Error> {
        // wgpu panics where the browser has no adapter, so ask the browser first.
        let words = browser_adapter(preference).await.ok_or(Error::NoAdapter)?;
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::BROWSER_WEBGPU,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            force_fallback_adapter: preference == Preference::Software,
            ..wgpu::RequestAdapterOptions::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|_| Error::NoAdapter)?;
        Ok((adapter, words))
    }

    /// The adapter's name as the driver or the browser gives it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the adapter is a program on the CPU: right, and slower than the CPU executor.
    pub fn is_software(&self) -> bool {
        self.software
    }

    /// Invocations that share values with one another in a kernel, at the least; 0 where they cannot.
    pub fn subgroup_size(&self) -> u32 {
        self.subgroup_size
    }

    /// Whether kernels can calculate in half precision.
    pub fn has_half_precision(&self) -> bool {
        self.device.features().contains(wgpu::Features::SHADER_F16)
    }

    /// Whether passes can be timed by the adapter's own clock.
    pub fn has_clock(&self) -> bool {
        self.device.features().contains(wgpu::Features::TIMESTAMP_QUERY)
    }

    /// Most bytes of a buffer that a kernel can see at once.
    pub fn binding_limit(&self) -> u64 {
        let limits = self.device.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    /// The device itself, for stages that record their own commands.
    pub fn raw(&self) -> &wgpu::Device {
        &self.device
    }

    /// The queue, for stages that record their own commands.
    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// Whether the device was lost.
    pub fn is_lost(&self) -> bool {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).lost.is_some()
    }

    /// Loses the device on purpose: to free its memory at once, or to test what happens then.
    pub fn destroy(&self) {
        self.device.destroy();
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.lost.get_or_insert_with(|| "it was destroyed".into());
    }

    /// What the device reported since the last look.
    ///
    /// # Errors
    /// [`Error::Lost`] for ever once it is lost, else the first refused command or failed allocation, once.
    pub fn check(&self) -> Result<(), Error> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        // Commands fail by the dozen once the device is lost: the loss is the reason.
        if let Some(why) = &trouble.lost {
            return Err(Error::Lost(why.clone()));
        }
        trouble.fault.take().map_or(Ok(()), Err)
    }

    /// A storage buffer of `bytes` bytes, zeroed, that can be written and read back.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past [`Device::binding_limit`].
    pub fn storage(&self, what: &str, bytes: u64) -> Result<wgpu::Buffer, Error> {
        self.buffer(
            what,
            bytes,
            wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
        )
    }

    /// A buffer of at least `bytes` bytes, zeroed.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past [`Device::binding_limit`]; a failed allocation shows in [`Device::check`].
    pub fn buffer(&self, what: &str, bytes: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, Error> {
        self.check()?;
        let limit = self.binding_limit();
        if bytes > limit {
            return Err(Error::TooLarge {
                what: what.into(),
                needed: bytes.div_ceil(1 << 20),
                limit: limit >> 20,
            });
        }
        let size = unpooled(bytes.next_multiple_of(16).max(256));
        Ok(self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(what),
            size,
            usage,
            mapped_at_creation: false,
        }))
    }

    /// Submits commands.
    ///
    /// # Errors
    /// What [`Device::check`] finds.
    pub fn submit(&self, encoder: wgpu::CommandEncoder) -> Result<Submitted, Error> {
        self.check()?;
        let index = self.queue.submit([encoder.finish()]);
        let (sender, done) = signal::channel();
        self.queue.on_submitted_work_done(move || sender.send(()));
        self.check()?;
        Ok(Submitted { index, done })
    }

    /// Waits until submitted commands are done: natively in the driver, in the browser without blocking.
    ///
    /// # Errors
    /// What [`Device::check`] finds.
    pub async fn finished(&self, submitted: Submitted) -> Result<(), Error> {
        #[cfg(not(target_arch = "wasm32"))]
        {
            self.wait(Some(submitted.index))?;
            let _ = submitted.done.take();
        }
        #[cfg(target_arch = "wasm32")]
        {
            let _ = submitted.index;
            submitted.done.await;
        }
        self.check()
    }

    /// Waits until the memory of destroyed buffers is free again: drivers see to it when work is done that was
    /// submitted after.
    ///
    /// # Errors
    /// What [`Device::check`] finds.
    pub async fn settle(&self) -> Result<(), Error> {
        let nothing = self.buffer("nothing", 4, wgpu::BufferUsages::COPY_DST)?;
        let label = Some("settle");
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label });
        encoder.clear_buffer(&nothing, 0, None);
        let settled = match self.submit(encoder) {
            Ok(submitted) => self.finished(submitted).await,
            Err(error) => Err(error),
        };
        nothing.destroy();
        settled
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn wait(&self, submission_index: Option<wgpu::SubmissionIndex>) -> Result<(), Error> {
        let outcome = self.device.poll(wgpu::PollType::Wait { submission_index, timeout: None });
        self.check()?;
        outcome.map(|_| ()).map_err(|e| Error::Refused(e.to_string()))
    }

    /// Submits commands and then brings parts of buffers to the host, all in one mapping.
    ///
    /// # Errors
    /// What [`Device::check`] finds; [`Error::TooLarge`] where the parts together are.
    pub async fn read(
        &self,
        encoder: wgpu::CommandEncoder,
        parts: &[Readback<'_>],
    ) -> Result<Vec<Vec<u8>>, Error> {
        let total = parts.iter().map(|p| p.range.end - p.range.start).sum::<u64>();
        let staging = self.buffer(
            "the result's copy for reading",
            total,
            wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        )?;
        let result = self.read_through(&staging, encoder, parts).await;
        // The browser frees buffers when it collects garbage, which can be long after.
        staging.destroy();
        result
    }

    /// As [`Device::read`], through a buffer that the caller keeps: with the usages `COPY_DST` and `MAP_READ`, not
    /// mapped, and no smaller than the parts together.
    ///
    /// # Errors
    /// As [`Device::read`].
    pub async fn read_through(
        &self,
        staging: &wgpu::Buffer,
        mut encoder: wgpu::CommandEncoder,
        parts: &[Readback<'_>],
    ) -> Result<Vec<Vec<u8>>, Error> {
        let mut at = 0;
        for part in parts {
            let bytes = part.range.end - part.range.start;
            if bytes > 0 {
                encoder.copy_buffer_to_buffer(part.buffer, part.range.start, staging, at, bytes);
            }
            at += bytes;
        }
        let submitted = self.submit(encoder)?;
        let (sender, mapped) = signal::channel();
        staging.slice(..).map_async(wgpu::MapMode::Read, move |outcome| sender.send(outcome));
        #[cfg(not(target_arch = "wasm32"))]
        let outcome = {
            self.wait(Some(submitted.index))?;
            mapped.take()
        };
        #[cfg(target_arch = "wasm32")]
        let outcome = {
            drop(submitted);
            Some(mapped.await)
        };
        self.check()?;
        if !matches!(outcome, Some(Ok(()))) {
            return Err(Error::Lost("its result could not be read".into()));
        }
        let view = staging.slice(..).get_mapped_range().map_err(|e| Error::Refused(e.to_string()))?;
        let mut at = 0;
        let result = parts
            .iter()
            .map(|part| {
                let bytes = (part.range.end - part.range.start) as usize;
                at += bytes;
                view[at - bytes..at].to_vec()
            })
            .collect();
        drop(view);
        staging.unmap();
        Ok(result)
    }
}

/// Commands that were submitted, to be waited for.
#[derive(Debug)]
pub struct Submitted {
    index: wgpu::SubmissionIndex,
    done: signal::Receiver<()>,
}

/// A size from which Chromium (Dawn) makes a buffer of its own. Smaller ones it cuts from heaps of 8 MiB that it
/// keeps until the device goes: tiny ones share a heap, but a few of a megabyte or more would hold one each.
fn unpooled(size: u64) -> u64 {
    const LARGEST_TINY: u64 = 512 << 10;
    const SMALLEST_OWN: u64 = (4 << 20) + 256;
    if size > LARGEST_TINY { size.max(SMALLEST_OWN) } else { size }
}

fn first_line(text: &str) -> String {
    let text = text.split('\n').map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("; ");
    text.chars().take(400).collect()
}

/// What `navigator.gpu.requestAdapter()` gives, asked in JavaScript: the adapter's own words for itself, or
/// `None` where there is none.
#[cfg(target_arch = "wasm32")]
async fn browser_adapter(preference: Preference) -> Option<String> {
    use wasm_bindgen::{JsCast, JsValue};

    let get = |object: &JsValue, key: &str| {
        let value = js_sys::Reflect::get(object, &JsValue::from_str(key)).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    };
    let gpu = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "gpu"))?;
    let request: js_sys::Function = get(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let options = js_sys::Object::new();
    let software = JsValue::from_bool(preference == Preference::Software);
    js_sys::Reflect::set(&options, &JsValue::from_str("forceFallbackAdapter"), &software).ok()?;
    let promise: js_sys::Promise = request.call1(&gpu, &options).ok()?.dyn_into().ok()?;
    let adapter = wasm_bindgen_futures::JsFuture::from(promise).await.ok()?;
    if adapter.is_null() || adapter.is_undefined() {
        return None;
    }
    let info = get(&adapter, "info");
    let word = |key: &str| info.as_ref().and_then(|info| get(info, key)?.as_string());
    // Browsers leave most of these empty, so that a page cannot tell people apart by them.
    let words: Vec<String> = ["description", "device", "architecture", "vendor"]
        .into_iter()
        .filter_map(word)
        .filter(|word| !word.is_empty())
        .collect();
    Some(words.join(" "))
}

#[cfg(test)]
impl Device {
    /// The software adapter for tests, once for each call; `None`, with a line that says so, where there is
    /// none. With `VITRINE_REQUIRE_GPU=1` a missing adapter fails the test instead.
    #[allow(clippy::print_stderr)]
    pub(crate) fn for_tests() -> Option<Self> {
        match pollster::block_on(Self::request(Preference::Software)) {
            Ok(device) => Some(device),
            Err(error) => {
                assert!(
                    std::env::var("VITRINE_REQUIRE_GPU").as_deref() != Ok("1"),
                    "VITRINE_REQUIRE_GPU is set and there is no software adapter: {error}"
                );
                eprintln!("skipped: no software adapter ({error}); install mesa-vulkan-drivers");
                None
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were_written() {
        let Some(device) = Device::for_tests() else { return };
        assert!(device.is_software(), "{}", device.name());
        let buffer = device.storage("bytes", 1024).unwrap();
        let bytes: Vec<u8> = (0..1024u32).map(|i| (i * 7) as u8).collect();
        device.queue().write_buffer(&buffer, 0, &bytes);
        let encoder = device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let parts = [
            Readback { buffer: &buffer, range: 256..512 },
            Readback { buffer: &buffer, range: 4..4 },
            Readback { buffer: &buffer, range: 1020..1024 },
        ];
        let read = pollster::block_on(device.read(encoder, &parts)).unwrap();
        assert_eq!(read[0], bytes[256..512]);
        assert!(read[1].is_empty());
        assert_eq!(read[2], bytes[1020..]);
    }

    #[test]
    fn a_buffer_above_the_limit_is_refused_in_words() {
        let Some(device) = Device::for_tests() else { return };
        let error = device.storage("the arena", device.binding_limit() + 1).unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. }));
        assert!(error.to_string().contains("the arena takes"), "{error}");
    }

    #[test]
    fn a_lost_device_answers_with_an_error() {
        let Some(device) = Device::for_tests() else { return };
        let buffer = device.storage("bytes", 1024).unwrap();
        let encoder = device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        device.destroy();
        assert!(device.is_lost());
        let parts = [Readback { buffer: &buffer, range: 0..1024 }];
        let error = pollster::block_on(device.read(encoder, &parts)).unwrap_err();
        assert!(matches!(error, Error::Lost(_)), "{error}");
        assert!(device.storage("bytes", 16).is_err());
    }

    #[test]
    fn a_refused_command_becomes_an_error_value() {
        let Some(device) = Device::for_tests() else { return };
        let _ = device.raw().create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 16,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        });
        assert!(matches!(device.check(), Err(Error::Refused(_))));
        assert_eq!(device.check(), Ok(()));
    }
}
