#include "accounting/accounts/preset.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

template <class ContentOf, class Fields>
void content_fields_of(ContentOf& content, Fields& fields) {
    fields.optional_text("name", content.name, kMaxNameBytes);
    fields.optional_text("description", content.description, kMaxPresetTextBytes);
    fields.json("system_prompt", content.system_prompt);
    fields.texts("models", content.models);
    fields.object("parameters", content.settings.parameters);
    provider_field_of(content.provider, fields);
    fields.optional_flag("cache_enabled", content.cache_enabled);
    fields.count("cache_ttl_s", content.cache_ttl_s, kMostPresetCacheTtlS);
}

template <class PresetOf, class Fields>
void fields_of(PresetOf& preset, Fields& fields) {
    fields.text("slug", preset.slug, kMaxPresetSlugBytes);
    fields.id("created_by", preset.created_by);
    fields.number("created_ms", preset.created_ms);
    fields.number("updated_ms", preset.updated_ms);
    fields.number("version", preset.version);
    content_fields_of(preset.content, fields);
}

template <class VersionOf, class Fields>
void version_fields_of(VersionOf& version, Fields& fields) {
    fields.number("version", version.version);
    fields.id("created_by", version.created_by);
    fields.number("created_ms", version.created_ms);
    content_fields_of(version.content, fields);
}

void take_first_model(PresetContent& content) {
    content.settings.model = content.models.empty() ? std::string() : content.models.front();
}

std::string document_of(const Preset& preset) {
    DocumentWriter writer;
    fields_of(preset, writer);
    return writer.take();
}

std::string document_of(const PresetVersion& version) {
    DocumentWriter writer;
    version_fields_of(version, writer);
    return writer.take();
}

std::string document_key(const Preset& preset) {
    return preset_document_key(to_uuid(preset.organization), to_uuid(preset.id));
}

std::string version_key(const Preset& preset, std::int64_t version) {
    return preset_version_document_key(to_uuid(preset.organization), to_uuid(preset.id), version);
}

Status no_preset() { return {StatusCode::not_found, "the organization has no such preset"}; }

// What is stored of a version; empty: it is not.
Result<std::string> stored_version(Change& change, const Preset& preset, std::int64_t version) {
    auto text = change.find_document(version_key(preset, version));
    if (!text && text.error().code() == StatusCode::not_found) return std::string();
    return text;
}

// Stores the preset with its next version, and that beside it.
Status put_preset(Change& change, Preset preset, std::string before) {
    ++preset.version;
    preset.updated_ms = change.now_ms();
    DocumentCheck check;
    fields_of(preset, check);
    for (const std::string& model : preset.content.models) check.text("models", model, kMaxModelBytes);
    if (!check.status().ok()) return check.status();
    take_first_model(preset.content);
    const std::string document = document_key(preset);
    change.put_document(preset.organization, document, std::move(before), document_of(preset));
    const PresetVersion version{.version = preset.version,
                                .created_by = change.caller().user,
                                .created_ms = change.now_ms(),
                                .content = preset.content};
    change.put_document(preset.organization, version_key(preset, preset.version), {}, document_of(version));
    const std::int64_t dropped = preset.version - kKeptPresetVersions;
    if (dropped > 0) {
        auto old = stored_version(change, preset, dropped);
        if (!old) return old.error();
        if (!old->empty()) change.put_document(preset.organization, version_key(preset, dropped), std::move(*old), {});
    }
    change.concerns(preset.organization, document);
    change.edit().put(std::move(preset));
    return {};
}

bool is_slug(std::string_view slug) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (slug.empty() || slug.size() > kMaxPresetSlugBytes || slug.front() == '-' || slug.back() == '-') return false;
    return slug.find("--") == std::string_view::npos &&
           std::ranges::all_of(slug, [&](char c) { return is_letter(c) || c == '-'; });
}

}  // namespace

bool PresetContent::operator==(const PresetContent& other) const {
    return name == other.name && description == other.description && system_prompt == other.system_prompt &&
           settings == other.settings && models == other.models && same(provider, other.provider) &&
           cache_enabled == other.cache_enabled && cache_ttl_s == other.cache_ttl_s;
}

Result<Preset> read_preset(DocumentReader& reader, std::string_view document, std::string_view text) {
    Preset preset;
    reader.open(document, text);
    const std::string_view ids = reader.id_part(kPresetDocumentPrefix);
    const auto slash = std::min(ids.find('/'), ids.size());
    const auto organization = parse_uuid(ids.substr(0, slash));
    const auto id = parse_uuid(ids.substr(std::min(slash + 1, ids.size())));
    if (!organization || !id) reader.fail("the ids in its key are malformed");
    preset.organization = organization.value_or(Id128{});
    preset.id = id.value_or(Id128{});
    fields_of(preset, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    take_first_model(preset.content);
    return preset;
}

Result<Id128> create_preset(Change& change, const Id128& organization, std::string slug, PresetContent content) {
    if (!is_slug(slug)) {
        return failure(StatusCode::invalid, "slug: must be 1 to " + std::to_string(kMaxPresetSlugBytes) +
                                                " lower-case letters and digits, with single dashes between");
    }
    if (const auto owner = open_organization(change, organization); !owner) return std::unexpected(owner.error());
    const auto presets = change.directory().presets_of(organization);
    if (presets.size() >= kMostPresets) {
        return failure(StatusCode::conflict,
                       "the organization has " + std::to_string(presets.size()) + " presets, as many as it may",
                       "limit_reached");
    }
    if (change.directory().find_preset(organization, slug) != nullptr) {
        return failure(StatusCode::conflict, "the organization has a preset of this slug", "slug_taken");
    }
    Preset preset{.id = make_uuid7(change.now_ms()), .organization = organization};
    preset.slug = std::move(slug);
    preset.content = std::move(content);
    preset.created_by = change.caller().user;
    preset.created_ms = change.now_ms();
    const Id128 id = preset.id;
    if (Status status = put_preset(change, std::move(preset), {}); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return id;
}

Status update_preset(Change& change, const Id128& organization, std::string_view slug, PresetContent content) {
    const Preset* const current = change.directory().find_preset(organization, slug);
    if (current == nullptr) return no_preset();
    if (Status status = change.require_version(current->version); !status.ok()) return status;
    take_first_model(content);
    if (content == current->content) return {};
    Preset preset = *current;
    std::string before = document_of(preset);
    preset.content = std::move(content);
    return put_preset(change, std::move(preset), std::move(before));
}

Status delete_preset(Change& change, const Id128& organization, std::string_view slug) {
    const Preset* const found = change.directory().find_preset(organization, slug);
    if (found == nullptr) return no_preset();
    const Preset preset = *found;
    if (Status status = change.require_version(preset.version); !status.ok()) return status;
    for (std::int64_t version = std::max<std::int64_t>(preset.version - kKeptPresetVersions, 0) + 1;
         version <= preset.version; ++version) {
        auto text = stored_version(change, preset, version);
        if (!text) return text.error();
        if (!text->empty()) change.put_document(organization, version_key(preset, version), std::move(*text), {});
    }
    const std::string document = document_key(preset);
    change.put_document(organization, document, document_of(preset), {});
    change.concerns(organization, document);
    change.edit().erase_preset(organization, preset.id);
    return {};
}

Result<std::vector<PresetVersion>> versions_of(Store& store, const Preset& preset) {
    std::vector<PresetVersion> versions;
    DocumentReader reader;
    Status problem;
    const std::string prefix = preset_version_document_prefix(to_uuid(preset.organization), to_uuid(preset.id));
    Status scanned =
        store.scan(Family::accounts, prefix, prefix_end(prefix), [&](std::string_view key, std::string_view text) {
            PresetVersion& version = versions.emplace_back();
            reader.open(key, text);
            version_fields_of(version, reader);
            take_first_model(version.content);
            problem = reader.status();
            return problem.ok();
        });
    if (scanned.ok()) scanned = problem;
    if (!scanned.ok()) return std::unexpected(std::move(scanned));
    std::ranges::reverse(versions);
    return versions;
}

}  // namespace tollgate
