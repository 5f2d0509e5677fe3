// replay.cpp: a target without libFuzzer: the files of the folders that are named, and inputs made
// from them by chance, the same in every run. So every compiler and every sanitizer has them.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kMadeInputs = 1000;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::vector<std::string> ReadFolder(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

class Changer {
 public:
  void Change(std::string* input) {
    const size_t changes = 1 + random_() % 8;
    for (size_t i = 0; i < changes; ++i) {
      const size_t at = input->empty() ? 0 : random_() % input->size();
      switch (random_() % 4) {
        case 0:
          input->insert(at, 1, static_cast<char>(random_()));
          break;
        case 1:
          if (!input->empty()) input->erase(at, 1 + random_() % 4);
          break;
        case 2:
          if (!input->empty()) (*input)[at] = static_cast<char>(random_());
          break;
        default:
          input->append(1 + random_() % 16, static_cast<char>(random_()));
      }
    }
  }
  size_t Below(size_t n) { return random_() % n; }

 private:
  std::mt19937 random_{20000101};
};

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> inputs = {""};
  for (int i = 1; i < count; ++i) {
    for (std::string& input : ReadFolder(arguments[i])) inputs.push_back(std::move(input));
  }
  for (const std::string& input : inputs) Run(input);
  Changer changer;
  for (int i = 0; i < kMadeInputs; ++i) {
    std::string input = inputs[changer.Below(inputs.size())];
    changer.Change(&input);
    Run(input);
  }
  std::printf("%zu inputs, and %d made from them\n", inputs.size(), kMadeInputs);
  return 0;
}
