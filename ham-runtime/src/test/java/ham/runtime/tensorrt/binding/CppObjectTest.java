package ham.runtime.tensorrt.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With memory in the place of TensorRT's objects: JavaCPP deletes both in the same way, and a second deletion ends the process. */
class CppObjectTest {
    @BeforeAll
    static void needsTheNativeLibraryOfTheTestsPlatform() {
        assumeTrue(Loader.getPlatform().equals("linux-x86_64"));
    }

    /** Memory that JavaCPP allocated and forgot, as what a native function returns. */
    private static BytePointer returned() {
        BytePointer allocated = new BytePointer(64);
        long place = allocated.address();
        allocated.deallocate(false);
        return new BytePointer(new Pointer() {
            {
                address = place;
            }
        });
    }

    @Test
    void deletesOnceAndOnlyWhenTold() {
        CppObject<BytePointer> object = CppObject.own(returned(), () -> new BytePointer(1));
        object.get().put(0, (byte) 42);
        assertThat(object.get().get(0)).isEqualTo((byte) 42);

        object.close();
        object.close();

        assertThatThrownBy(object::get)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was deleted");
    }

    @Test
    void aScopeDeletesAllOfItsObjects() {
        BytePointer first = returned();
        BytePointer second = returned();
        try (CppObject.Scope scope = new CppObject.Scope()) {
            assertThat(scope.own(first, () -> new BytePointer(1))).isSameAs(first);
            scope.own(second, () -> new BytePointer(1));
        }
        assertThat(first.isNull()).isTrue();
        assertThat(second.isNull()).isTrue();
    }
}
