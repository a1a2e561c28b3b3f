// A program that saves documents until it is killed, and one that looks at what a killed one left. test.sh runs them.
//
//   storage_writer DIRECTORY         saves whole documents one after another, and prints a line after the first
//   storage_writer DIRECTORY check   fails unless every document is whole
#include <iostream>

#include "client/file_storage.h"

int main(int count, char** arguments) {
    if (count < 2) return 2;
    try {
        recall::FileStorage storage(arguments[1]);
        const auto documents = storage.load("alice");
        for (const auto& [conversation, document] : documents) {
            // A whole document is one digit, many times.
            if (document.size() == 200'000 && document.find_first_not_of(document[0]) == std::string::npos) continue;
            std::cerr << conversation << " is not whole\n";
            return 1;
        }
        if (count > 2) return documents.empty() ? 1 : 0;
        for (unsigned number = 0;; ++number) {
            storage.save("alice", number % 2 == 0 ? "c2c_bob" : "c2c_carol", std::string(200'000, static_cast<char>('0' + number % 10)));
            if (number == 0) std::cout << "saved" << std::endl;
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
