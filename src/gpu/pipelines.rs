//! Kernels: WGSL modules, a pipeline for each of their entry points, and how one is recorded.

use super::{Device, Error};

/// An entry point: the index of its module, and its name.
pub(crate) type Entry = (usize, &'static str);

/// A pipeline for each of some kernels, by their numbers.
pub(crate) struct Pipelines(Vec<(&'static str, wgpu::ComputePipeline)>);

impl Pipelines {
    /// Compiles `modules`, each with a name for messages; a kernel's number is its place among `entries`.
    pub(crate) fn new(device: &Device, modules: &[(&str, String)], entries: &[Entry]) -> Result<Self, Error> {
        device.check()?;
        let modules: Vec<_> = modules
            .iter()
            .map(|(name, text)| {
                device.raw().create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(name),
                    source: wgpu::ShaderSource::Wgsl(text.into()),
                })
            })
            .collect();
        let pipelines = entries
            .iter()
            .map(|&(module, entry)| {
                let pipeline = device.raw().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(entry),
                    layout: None,
                    module: &modules[module],
                    entry_point: Some(entry),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    cache: None,
                });
                (entry, pipeline)
            })
            .collect();
        device.check()?;
        Ok(Self(pipelines))
    }

    /// Records a kernel with what it uses, by binding.
    pub(crate) fn record<'a>(
        &self,
        device: &Device,
        encoder: &mut wgpu::CommandEncoder,
        kernel: usize,
        uses: impl IntoIterator<Item = (u32, wgpu::BindingResource<'a>)>,
        [x, y]: [u32; 2],
    ) {
        let (entry, pipeline) = &self.0[kernel];
        let entries: Vec<_> =
            uses.into_iter().map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
        let label = Some(*entry);
        let bindings = device.raw().create_bind_group(&wgpu::BindGroupDescriptor {
            label,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label, timestamp_writes: None });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &bindings, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }
}

/// Without any adapter: every module parses, is valid, is told as many bytes as there are in `told`, has the entry points
/// that it is asked for, and keeps to WebGPU's default limits.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) fn validate(modules: &[(&str, String)], told: &[usize], entries: &[Entry]) {
    use naga::AddressSpace::{Storage, Uniform, WorkGroup};
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    let parse = |((name, text), told): (&(&str, String), &usize)| {
        let parsed = naga::front::wgsl::parse_str(text)
            .unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(text)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&parsed)
            .unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(text)));
        let size = |space| -> u64 {
            let of_space = parsed.global_variables.iter().filter(|(_, v)| v.space == space);
            of_space.map(|(_, v)| u64::from(parsed.types[v.ty].inner.size(parsed.to_ctx()))).sum()
        };
        assert!(size(WorkGroup) <= 16 << 10, "{name}");
        assert_eq!(size(Uniform), *told as u64, "{name}");
        let storage = parsed.global_variables.iter().filter(|(_, v)| matches!(v.space, Storage { .. }));
        assert!(storage.count() <= 8, "{name}");
        parsed
    };
    assert_eq!(modules.len(), told.len());
    let modules: Vec<_> = modules.iter().zip(told).map(parse).collect();
    for &(module, entry) in entries {
        let point = modules[module].entry_points.iter().find(|point| point.name == entry).unwrap();
        let [x, y, z] = point.workgroup_size;
        assert!(x * y * z <= 256, "{entry}");
    }
}
