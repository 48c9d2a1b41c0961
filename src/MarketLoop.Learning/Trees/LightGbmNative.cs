using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]

namespace MarketLoop.Learning.Trees;

/// <summary>
/// The few functions of LightGBM's C interface (c_api.h, version 4) that training needs. Each returns 0, or -1 with a message for
/// the calling thread. Rows are float, row-major.
/// </summary>
internal static partial class LightGbmNative
{
    public const int Float32 = 0;

    private const string Library = "lib_lightgbm";
    private const int Ok = 0;

    /// <summary>Loads the library before its first use, so that a machine without it gets a sentence instead of a symbol.</summary>
    /// <exception cref="DllNotFoundException">The library or the OpenMP it stands on is not there; says what to do.</exception>
    public static void ThrowIfMissing()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(LightGbmNative).Assembly, searchPath: null, out _))
        {
            throw new DllNotFoundException(
                $"Trees cannot be trained on this machine ({RuntimeInformation.RuntimeIdentifier}): LightGBM's native library could not be loaded. "
                + "It exists for linux-x64, win-x64 and osx-x64 and needs OpenMP (on Debian: apt-get install libgomp1). Saved trees can be used without it, and logistic regression needs nothing of it.");
        }
    }

    /// <summary>Turns the answer of a call into an exception.</summary>
    /// <exception cref="InvalidOperationException">The call failed; holds LightGBM's own words.</exception>
    public static void ThrowIfFailed(int answer)
    {
        if (answer != Ok)
        {
            throw new InvalidOperationException($"LightGBM refused: {Marshal.PtrToStringUTF8(LGBM_GetLastError())}");
        }
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LGBM_DatasetCreateFromMat(
        ReadOnlySpan<float> values, int type, int rows, int columns, int isRowMajor, string parameters, nint reference, out LightGbmDatasetHandle dataset);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LGBM_DatasetSetField(LightGbmDatasetHandle dataset, string field, ReadOnlySpan<float> values, int count, int type);

    [LibraryImport(Library)]
    public static partial int LGBM_DatasetFree(nint dataset);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LGBM_BoosterCreate(LightGbmDatasetHandle training, string parameters, out LightGbmBoosterHandle booster);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterFree(nint booster);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterAddValidData(LightGbmBoosterHandle booster, LightGbmDatasetHandle validation);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterUpdateOneIter(LightGbmBoosterHandle booster, out int isFinished);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterGetEval(LightGbmBoosterHandle booster, int data, out int count, Span<double> results);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterSaveModelToString(
        LightGbmBoosterHandle booster, int firstIteration, int iterations, int importance, long capacity, out long length, Span<byte> text);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LGBM_BoosterPredictForMat(
        LightGbmBoosterHandle booster, ReadOnlySpan<float> values, int type, int rows, int columns, int isRowMajor, int kind, int firstIteration, int iterations,
        string parameters, out long length, Span<double> results);

    [LibraryImport(Library)]
    private static partial nint LGBM_GetLastError();
}

/// <summary>A native data set: rows cut into bins.</summary>
internal sealed class LightGbmDatasetHandle() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmNative.LGBM_DatasetFree(handle) == 0;
}

/// <summary>A native booster: trees grown so far and what growing the next one needs.</summary>
internal sealed class LightGbmBoosterHandle() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmNative.LGBM_BoosterFree(handle) == 0;
}
