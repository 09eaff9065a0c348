#include "gateway/catalogue/price_list.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "gateway/catalogue/model_reader.h"
#include "gateway/catalogue/yaml_fields.h"

namespace tollgate {

// Puts a list together, file by file.
class PriceListReader {
  public:
    // Files between two calls are one layer: within it nothing may be said twice.
    void begin_layer() { ++layer_; }

    void read(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        if (!file) throw Status(StatusCode::io, path + ": cannot be opened");
        std::ostringstream content;
        content << file.rdbuf();
        if (!file || !content) throw Status(StatusCode::io, path + ": cannot be read");
        read(content.view(), path);
    }

    void read(std::string_view yaml, const std::string& file) {
        file_ = file;
        if (yaml.size() > PriceList::kMaxFileBytes) {
            throw invalid(1, "longer than " + std::to_string(PriceList::kMaxFileBytes) + " bytes");
        }
        try {
            read_root(YAML::Load(std::string(yaml)));
        } catch (const CatalogueProblem& problem) {
            throw invalid(problem.line, problem.what);
        } catch (const YAML::Exception& problem) {
            throw invalid(problem.mark.line + 1, problem.msg);
        }
    }

    void end_layer(const std::string& name) {
        if (version_.empty() && layer_ == 1) throw Status(StatusCode::invalid, name + ":1: version: missing");
        if (!version_.empty()) list_->version_ += (list_->version_.empty() ? "" : "+") + version_;
        version_.clear();
    }

    std::shared_ptr<const PriceList> finish() {
        for (Entry& entry : models_) {
            Model model = finished(std::move(entry.draft));
            for (const std::string& alias : model.aliases) take_name(alias, entry);
            take_name(model.id, entry);
            list_->models_.push_back(std::move(model));
        }
        return std::move(list_);
    }

  private:
    struct Place {
        std::string file;
        int line = 0;
    };
    struct Entry {
        ModelDraft draft;
        Place place;  // that named it last
        int layer = 0;
    };

    Status invalid(int line, const std::string& what) const {
        return {StatusCode::invalid, file_ + ":" + std::to_string(line) + ": " + what};
    }

    void read_root(const YAML::Node& root) {
        const YamlFields fields(root, "catalogue", {"version", "source", "providers", "models"});
        if (!fields.has("models") && !fields.has("providers")) refuse(root, "models: expected a list");
        if (fields.has("version")) {
            if (!version_.empty()) refuse(fields.at("version"), "version: another file of the directory has one, too");
            fields.text("version", version_);
        }
        Source source;
        if (fields.has("source")) read_source(fields.at("source"), source);
        fields.each("providers", [this](const YAML::Node& node) { read_provider(node); });
        fields.each("models", [&](const YAML::Node& node) { read_one_model(node, source); });
    }

    void read_provider(const YAML::Node& node) {
        const std::string slug = node.IsMap() && node["slug"] && node["slug"].IsScalar() ? node["slug"].Scalar() : "";
        auto found = std::ranges::find(list_->providers_, slug, &ProviderFacts::slug);
        if (found == list_->providers_.end()) found = list_->providers_.insert(found, ProviderFacts());
        read_provider_facts(node, *found);
        if (std::exchange(provider_layers_[slug], layer_) == layer_) {
            refuse(node, "provider: the slug '" + slug + "' is taken");
        }
    }

    void read_one_model(const YAML::Node& node, const Source& source) {
        const std::string id = node.IsMap() && node["id"] && node["id"].IsScalar() ? node["id"].Scalar() : "";
        const auto [known, is_new] = by_id_.try_emplace(id, models_.size());
        if (is_new) models_.emplace_back();
        Entry& entry = models_[known->second];
        if (std::exchange(entry.layer, layer_) == layer_) refuse(node, "model: the name '" + id + "' is taken");
        read_model(node, source, entry.draft);
        entry.place = {file_, catalogue_line_of(node)};
    }

    void take_name(const std::string& name, const Entry& entry) {
        const auto [known, is_new] = list_->by_name_.emplace(name, list_->models_.size());
        if (is_new) return;
        const Entry& owner = models_[known->second];
        const Place& place = owner.layer > entry.layer ? owner.place : entry.place;  // what was there first is right
        file_ = place.file;
        throw invalid(place.line, "model: the name '" + name + "' is taken");
    }

    std::shared_ptr<PriceList> list_ = std::make_shared<PriceList>();
    std::string file_;     // that is being read
    std::string version_;  // of this layer, so far
    int layer_ = 0;
    std::vector<Entry> models_;
    std::map<std::string, std::size_t> by_id_;
    std::map<std::string, int> provider_layers_;
};

namespace {

// The files of a layer, in the order of their names.
std::vector<std::string> files_of(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::is_directory(path, error)) return {path};
    std::vector<std::string> files;
    for (fs::recursive_directory_iterator next(path, error), end; !error && next != end; next.increment(error)) {
        if (next->path().extension() == ".yaml" && next->is_regular_file(error)) files.push_back(next->path().string());
        if (files.size() > PriceList::kMostFiles) {
            throw Status(StatusCode::invalid, path + ": more than " + std::to_string(PriceList::kMostFiles) + " files");
        }
    }
    if (error) throw Status(StatusCode::io, path + ": " + error.message());
    if (files.empty()) throw Status(StatusCode::invalid, path + ": has no .yaml file");
    std::ranges::sort(files);
    return files;
}

}  // namespace

Result<std::shared_ptr<const PriceList>> PriceList::load(std::span<const std::string> paths) {
    try {
        PriceListReader reader;
        for (const std::string& path : paths) {
            reader.begin_layer();
            for (const std::string& file : files_of(path)) reader.read(file);
            reader.end_layer(path);
        }
        auto list = reader.finish();
        if (!list->models().empty()) return list;
        return failure(StatusCode::invalid, paths.back() + ": models: no file has any, so nothing could be called");
    } catch (const Status& problem) {
        return std::unexpected(problem);
    }
}

Result<std::shared_ptr<const PriceList>> PriceList::load(const std::string& path) { return load(std::span(&path, 1)); }

Result<std::shared_ptr<const PriceList>> PriceList::parse(std::string_view yaml, const std::string& name_in_errors) {
    try {
        PriceListReader reader;
        reader.begin_layer();
        reader.read(yaml, name_in_errors);
        reader.end_layer(name_in_errors);
        return reader.finish();
    } catch (const Status& problem) {
        return std::unexpected(problem);
    }
}

const Model* PriceList::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &models_[found->second];
}

const ProviderFacts* PriceList::provider(std::string_view slug) const {
    const auto found = std::ranges::find(providers_, slug, &ProviderFacts::slug);
    return found == providers_.end() ? nullptr : &*found;
}

std::string_view PriceList::dialect_of(const Endpoint& endpoint) const {
    if (!endpoint.dialect.empty()) return endpoint.dialect;
    const ProviderFacts* const facts = provider(endpoint.provider);
    return facts == nullptr ? std::string_view("chat") : facts->dialect;
}

}  // namespace tollgate
